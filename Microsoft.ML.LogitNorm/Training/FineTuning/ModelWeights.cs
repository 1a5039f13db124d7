using System.Security.Cryptography;
using System.Text.Json;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="PretrainedWeights.FromModel"/>
/// <param name="model">The earlier model, which stays its owner's.</param>
internal sealed class ModelWeights(LogitNormModel model) : PretrainedWeights
{
    private const string HeadPrefix = "head.";
    private const int MostListed = 10;

    internal override string Id
    {
        get
        {
            using var use = model.Network.Enter();
            using var scope = NewDisposeScope();
            using var hash = SHA256.Create();
            using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
            {
                JsonSerializer.Serialize(stream, model.Spec, ModelJson.Options);
                TensorFile.Write(stream, model.Network.Classifier.state_dict().Select(entry => (entry.Key, entry.Value)));
            }
            return $"the model of SHA-256 {Convert.ToHexStringLower(hash.Hash!)}";
        }
    }

    public override string ToString() => $"a model of {model.Backbone} and {model.ClassCount} classes";

    internal override void Check(Backbone backbone, NetworkInput input)
    {
        if (model.Backbone != backbone)
            throw new InvalidOperationException(
                $"InitialWeights are those of a model of {model.Backbone}, but Backbone is {backbone}: weights fit the same backbone only. "
                + "Set Backbone to the model's, or leave InitialWeights out.");
        if (model.Spec.Input.Channels != input.Channels)
            throw new InvalidOperationException(
                $"InitialWeights are those of a model of {model.Spec.Input.Rows}, but column '{input.Name}' holds {input.Rows}: the number of "
                + $"{(input is ImageInput ? "channels" : "features")} must be the model's. Give such rows, or leave InitialWeights out.");
    }

    internal override WeightsNormalization NormalizationFor(Backbone backbone, NetworkInput input, InputNormalization measured)
        => new(model.Normalization, "the model of InitialWeights", IsAssumed: false);

    internal override string CopyTo(ClassifierNetwork network, ModelSpec spec)
    {
        using var use = model.Network.Enter();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var takesHead = model.Head == spec.Head;
        var rows = Shared(model.Spec, spec);
        var targets = network.state_dict();
        foreach (var (name, source) in model.Network.Classifier.state_dict())
        {
            var isHead = name.StartsWith(HeadPrefix, StringComparison.Ordinal);
            if (isHead && !takesHead)
                continue;
            var target = targets[name].detach();
            if (!isHead || !Head.HasRowPerClass(name[HeadPrefix.Length..]))
                target.copy_(source);
            else
                foreach (var (from, to) in rows)
                    target[to].copy_(source[from]);
        }
        return $"Initial weights are those of {this}. {(takesHead ? Rows(rows, spec) : OtherHead(spec))}";
    }

    private string OtherHead(ModelSpec spec)
        => $"Only the backbone is taken, and the head is drawn anew: the model's is Head.{model.Head}, and Head is Head.{spec.Head}.";

    private string Rows(IReadOnlyList<(long From, long To)> rows, ModelSpec spec)
    {
        var taken = rows.Select(row => (int)row.To).ToHashSet();
        var used = rows.Select(row => (int)row.From).ToHashSet();
        return $"Class weights are kept of {Listed(spec, taken.Contains)}, drawn anew for {Listed(spec, index => !taken.Contains(index))}; "
            + $"of the model's classes {Listed(model.Spec, index => !used.Contains(index))} are left out.";
    }

    private static string Listed(ModelSpec spec, Func<int, bool> isListed)
    {
        string[] names = [.. Enumerable.Range(0, spec.ClassCount).Where(isListed).Select(index => NameOf(spec, index))];
        return names.Length == 0
            ? "none"
            : $"{names.Length} ({string.Join(", ", names.Take(MostListed))}{(names.Length > MostListed ? ", …" : "")})";
    }

    /// <summary>The rows of class weights that mean the same in both.</summary>
    private static List<(long From, long To)> Shared(ModelSpec before, ModelSpec now)
    {
        if (before.Classes is null != now.Classes is null)
            return [];
        var byName = Enumerable.Range(0, before.ClassCount).ToDictionary(index => NameOf(before, index));
        return [.. Enumerable.Range(0, now.ClassCount)
            .Where(index => byName.ContainsKey(NameOf(now, index)))
            .Select(index => ((long)byName[NameOf(now, index)], (long)index))];
    }

    private static string NameOf(ModelSpec spec, int index) => spec.Classes?.NameOf(index) ?? $"class {index + 1}";
}
