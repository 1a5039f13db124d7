using System.Security.Cryptography;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="PretrainedWeights.FromSafetensors"/>
internal sealed class SafetensorsWeights : PretrainedWeights
{
    /// <summary>torchvision's classifier.</summary>
    private const string Classifier = "fc.";

    /// <summary>A count that batch norms keep, and that nothing depends on.</summary>
    private const string BatchCount = ".num_batches_tracked";

    private const string Variance = ".running_var";
    private const int MostListed = 3;

    private static readonly ScalarType[] _numbers = [ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float64];

    private readonly string _path;
    private readonly InputNormalization? _normalization;

    /// <param name="path">The file, which is there.</param>
    public SafetensorsWeights(string path)
        => (_path, _normalization) = (path, ForeignTensorFile.Read(path, file => NormalizationIn(file.Metadata)));

    internal override string Id
    {
        get
        {
            using var stream = File.OpenRead(_path);
            return $"the file of SHA-256 {Convert.ToHexStringLower(SHA256.HashData(stream))}";
        }
    }

    public override string ToString() => $"weights file '{_path}'";

    internal override void Check(Backbone backbone, NetworkInput input) => ForeignTensorFile.Read(_path, file => Taken(file, backbone, input));

    internal override WeightsNormalization? NormalizationFor(Backbone backbone, NetworkInput input, InputNormalization measured)
    {
        if (_normalization is not null && _normalization.Mean.Count == input.Channels)
            return new(InUnitOf(_normalization), $"the metadata of {this}", IsAssumed: false);
        return backbone is ResNetBackbone { Stem: Stem.ImageNet } && input.Channels == InputNormalization.ImageNet.Mean.Count
            ? new(InUnitOf(InputNormalization.ImageNet), "a network trained on ImageNet", IsAssumed: true)
            : null;

        InputNormalization InUnitOf(InputNormalization bytes)
            => input is ImageInput { Kind: var kind } && measured.PixelRange(kind) == 1 ? bytes.OnUnitScale() : bytes;
    }

    internal override string CopyTo(ClassifierNetwork network, ModelSpec spec) => ForeignTensorFile.Read(_path, file =>
    {
        using var scope = NewDisposeScope();
        var targets = network.Embedding.state_dict();
        foreach (var entry in Taken(file, spec.Backbone, spec.Input))
        {
            file.CopyTo(targets[entry.Name], entry, finite: true);
            if (entry.Name.EndsWith(Variance, StringComparison.Ordinal) && targets[entry.Name].min().item<float>() < 0)
                throw new InvalidDataException($"'{entry.Name}' has a variance below 0. Fetch or convert the file anew.");
        }
        var leftOut = file.Entries.Where(entry => entry.Name.StartsWith(Classifier, StringComparison.Ordinal)).Select(entry => entry.Name).ToArray();
        return $"Initial weights are those of '{_path}'. The head is drawn anew{(leftOut.Length == 0 ? "" : $": {string.Join(", ", leftOut)} are left out")}.";
    });

    /// <summary>The file's tensors that the network takes, after a check that they are all of its.</summary>
    private static IReadOnlyList<TensorFile.Entry> Taken(TensorFile file, Backbone backbone, NetworkInput input)
    {
        TensorFile.Entry[] taken = [.. file.Entries.Where(entry
            => !entry.Name.StartsWith(Classifier, StringComparison.Ordinal) && !entry.Name.EndsWith(BatchCount, StringComparison.Ordinal))];
        var differences = Differences(taken, backbone, input.Node);
        if (differences.Count == 0)
            return taken;
        var more = differences.Count > MostListed ? $"; and {differences.Count - MostListed} more" : "";
        throw new InvalidDataException(
            $"it does not fit {backbone} on {input.Rows}: {string.Join("; ", differences.Take(MostListed))}{more}. {Remedy(taken, backbone)}");
    }

    private static List<string> Differences(IReadOnlyList<TensorFile.Entry> found, Backbone backbone, NodeShape input)
    {
        // A network without memory: names and shapes.
        using var scope = NewDisposeScope();
        using var outline = backbone.CreateNetwork(input, classes: 2, META);
        var expected = outline.Embedding.state_dict().Where(entry => !entry.Key.EndsWith(BatchCount, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key, entry => entry.Value.shape);
        var differences = new List<string>();
        foreach (var entry in found)
            if (!expected.Remove(entry.Name, out var shape))
                differences.Add($"it holds '{entry.Name}' {Text(entry.Shape)}, which is no tensor of the network");
            else if (!entry.Shape.AsSpan().SequenceEqual(shape))
                differences.Add($"'{entry.Name}' is {Text(entry.Shape)}, and {Text(shape)} was expected");
            else if (!_numbers.Contains(entry.Type))
                differences.Add($"'{entry.Name}' holds {entry.Type}, and {string.Join(", ", _numbers)} are read");
        differences.AddRange(expected.Select(entry => $"'{entry.Key}' {Text(entry.Value)} is missing"));
        return differences;

        static string Text(long[] shape) => $"[{string.Join(", ", shape)}]";
    }

    // What the file is, rather than what it is not.
    private static string Remedy(TensorFile.Entry[] found, Backbone backbone)
    {
        const int Colours = 3;
        Backbone[] known =
        [
            Backbone.ResNet18(Stem.ImageNet), Backbone.ResNet34(Stem.ImageNet), Backbone.ResNet50(Stem.ImageNet),
            Backbone.ResNet18(), Backbone.ResNet34(), Backbone.ResNet50(),
        ];
        if (known.FirstOrDefault(other => Differences(found, other, NodeShape.Image(Colours)).Count == 0) is { } its)
            return its == backbone
                ? $"It is for images of {Colours} channels: give colour images."
                : $"It is of {its} for images of {Colours} channels: set Backbone to that, or give the weights of {backbone}.";
        return found is [{ Name: var first }, ..] && first.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
            && found.All(entry => entry.Name.StartsWith(first[..(dot + 1)], StringComparison.Ordinal))
            ? $"All its names begin with '{first[..(dot + 1)]}': save them without it."
            : $"Give the weights of {backbone}, in torchvision's names for a ResNet, or choose the backbone that they are of.";
    }

    private static InputNormalization? NormalizationIn(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue("mean", out var mean) || !metadata.TryGetValue("std", out var deviation))
            return null;
        try
        {
            return InputNormalization.OfUnitScale(JsonSerializer.Deserialize<double[]>(mean)!, JsonSerializer.Deserialize<double[]>(deviation)!);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException(
                $"its metadata have the mean '{mean}' and the std '{deviation}', expected lists of numbers on a scale of 0 to 1 such as "
                + $"[0.485, 0.456, 0.406]: {e.Message}",
                e);
        }
    }
}
