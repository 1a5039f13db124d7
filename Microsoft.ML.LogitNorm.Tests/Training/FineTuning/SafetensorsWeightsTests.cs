using System.Text;
using TorchSharp;
using static TorchSharp.torch;
using Weight = Microsoft.ML.LogitNorm.Tests.ResNetByHand.Weight;

namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>Files of weights: what is read, and what is said of those that cannot be.</summary>
[TestFixture]
public sealed class SafetensorsWeightsTests
{
    private const string First = "conv1.weight";

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    private string Path => _folder["weights.safetensors"];

    [TestCase("F32")]
    [TestCase("F64")]
    [TestCase("F16")]
    [TestCase("BF16")]
    public void Fit_AllFrozen_KeepsTheFilesNumbers(string type)
    {
        var weights = TinyWeights.Draw();
        weights.Add("fc.weight", new([7, 64], new float[7 * 64]));
        weights.Add("fc.bias", new([7], new float[7]));
        SafetensorsByHand.Write(Path, weights, type, withCounts: true);
        using var model = Fit(new MLContext(), TinyWeights.From(Path) with { FineTuning = new() { FrozenStages = ["stem", "block1", "block2", "block3"] } });
        using var scope = NewDisposeScope();
        foreach (var (name, tensor) in model.Network.Classifier.Embedding.state_dict().Where(entry => weights.ContainsKey(entry.Key)))
            Assert.That(tensor.contiguous().data<float>().ToArray(), Is.EqualTo(weights[name].Values.Select(value => Rounded(value, type))), name);
    }

    [Test]
    public void CopyTo_LeavesTheHeadAsItWasDrawn()
    {
        SafetensorsByHand.Write(Path, TinyWeights.Draw());
        using var drawn = TinyImages.Options.Backbone.Draw(3, 3);
        using var network = TinyImages.Options.Backbone.Draw(3, 3);
        PretrainedWeights.FromSafetensors(Path).CopyTo(network, Spec());
        Assert.That(TinyWeights.Of(network)["head.weight"], Is.EqualTo(TinyWeights.Of(drawn)["head.weight"]));
        Assert.That(TinyWeights.Of(network)["embedding." + First], Is.Not.EqualTo(TinyWeights.Of(drawn)["embedding." + First]));
    }

    [Test]
    public void CopyTo_ManyTimes_KeepsNoTensors()
    {
        SafetensorsByHand.Write(Path, TinyWeights.Draw(), "F16");
        var weights = PretrainedWeights.FromSafetensors(Path);
        using var network = TinyImages.Options.Backbone.Draw(3, 3);
        // TorchSharp counts a parameter twice when it is made and once when it goes: of the network without memory by which names and shapes are checked.
        var surplus = Growth(() => TinyImages.Options.Backbone.CreateNetwork(NodeShape.Image(3), 2, META).Dispose());
        Assert.That(Growth(() => weights.CopyTo(network, Spec())), Is.EqualTo(surplus));

        static long Growth(Action act)
        {
            act();
            var before = Tensor.TotalCount;
            act();
            return Tensor.TotalCount - before;
        }
    }

    [Test]
    public void Fit_SaysWhatWasTaken()
    {
        var weights = TinyWeights.Draw();
        weights.Add("fc.weight", new([7, 64], new float[7 * 64]));
        SafetensorsByHand.Write(Path, weights);
        var (ml, messages) = (new MLContext(), new List<string>());
        ml.Log += (_, e) => messages.Add(e.Message);
        Fit(ml, TinyWeights.From(Path) with { Epochs = 1 }).Dispose();
        Assert.That(messages, Has.One.Contain($"Initial weights are those of '{Path}'. The head is drawn anew: fc.weight are left out."));
        Assert.That(messages, Has.One.Contain("LearningRate is 0.1, a rate for random weights"));
        messages.Clear();
        Fit(ml, TinyWeights.From(Path) with { Epochs = 1, LearningRate = 0.01 }).Dispose();
        Assert.That(messages, Has.None.Contain("a rate for random weights"));
        Assert.That(messages, Has.One.Contain($"Nobody knows how the input of weights file '{Path}' was normalised"));
    }

    private static IEnumerable<TestCaseData> OtherTensors()
    {
        yield return Case("Missing", weights => weights.Remove("bn1.running_var"), "'bn1.running_var' [64] is missing");
        yield return Case(
            "Surplus", weights => weights.Add("layer5.weight", new([2], [1, 2])), "it holds 'layer5.weight' [2], which is no tensor of the network");
        yield return Case(
            "Misshapen", weights => weights[First] = new([16, 3, 1, 3], new float[144]), "'conv1.weight' is [16, 3, 1, 3], and [16, 3, 3, 3] was expected");
        yield return Case("NaN", weights => weights[First].Values[7] = float.NaN, "'conv1.weight' has a value that is NaN or infinite");
        yield return Case("Variance", weights => weights["bn1.running_var"].Values[3] = -1, "'bn1.running_var' has a variance below 0");
        yield return Case(
            "Many",
            weights =>
            {
                foreach (var name in weights.Keys.ToArray())
                {
                    weights.Add($"module.{name}", weights[name]);
                    weights.Remove(name);
                }
            },
            "which is no tensor of the network; and ",
            "All its names begin with 'module.': save them without it.");

        static TestCaseData Case(string name, Action<Dictionary<string, Weight>> change, params string[] says)
            => new TestCaseData(change, says).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(OtherTensors))]
    public void Fit_OtherTensors_NamesTheFileAndTheTensor(object change, string[] says)
    {
        var weights = TinyWeights.Draw();
        ((Action<Dictionary<string, Weight>>)change)(weights);
        SafetensorsByHand.Write(Path, weights);
        var error = Assert.Throws<InvalidDataException>(() => Fit(new(), TinyWeights.From(Path)).Dispose())!;
        foreach (var text in says.Append($"Weights file '{Path}' cannot be used: "))
            Assert.That(error.Message, Does.Contain(text));
    }

    [Test]
    public void Fit_WholeNumbers_SaysWhichTypesAreRead()
    {
        SafetensorsByHand.Write(Path, TinyWeights.Draw(), "I32");
        Assert.That(
            () => Fit(new(), TinyWeights.From(Path)),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("holds Int32, and Float32, Float16, BFloat16, Float64 are read"));
    }

    [Test]
    public void Check_AnotherResNet_SaysWhichOneItIs()
    {
        SafetensorsByHand.Write(Path, new ResNetByHand(18, seed: 1).Weights, "BF16");
        var weights = PretrainedWeights.FromSafetensors(Path);
        Assert.That(
            () => weights.Check(Backbone.ResNet50(Stem.ImageNet), Input(3)),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("does not fit ResNet50(ImageNet) on images of 3×64×64")
                .And.Message.Contains("'layer1.0.conv1.weight' is [64, 64, 3, 3], and [64, 64, 1, 1] was expected")
                .And.Message.Contains("It is of ResNet18(ImageNet) for images of 3 channels: set Backbone to that"));
        Assert.That(
            () => weights.Check(Backbone.ResNet18(Stem.ImageNet), Input(1)),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("'conv1.weight' is [64, 3, 7, 7], and [64, 1, 7, 7] was expected")
                .And.Message.Contains("It is for images of 3 channels: give colour images."));
        Assert.That(() => weights.Check(Backbone.ResNet18(Stem.ImageNet), Input(3)), Throws.Nothing);

        static ImageInput Input(int channels) => new("Image", new(channels, 64, 64), PixelKind.VectorOfByte, Interleaved: true);
    }

    private static IEnumerable<TestCaseData> OtherFiles()
    {
        yield return Case(
            "Zip", "PK\x03\x04 archive/data.pkl", "it is a zip. If it is PyTorch's (.pth, .pt), it holds a pickle", "weights_only=True", "FromModel");
        yield return Case("Git LFS", "version https://git-lfs.github.com/spec/v1\n", "a text that stands for a file (Git LFS)");
        yield return Case("HTML", "<!DOCTYPE html><html>Not found</html>", "a page of HTML or XML");
        yield return Case("Text", "conv1.weight: 1, 2, 3", "a header of ", "Is it a safetensors file, and whole?");
        yield return Case("Empty", "", "it is too short", "Fetch or convert it anew.");

        static TestCaseData Case(string name, string content, params string[] says)
            => new TestCaseData(Encoding.Latin1.GetBytes(content), says).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(OtherFiles))]
    public void FromSafetensors_AnotherFormat_SaysWhatItIsAndWhatToDo(byte[] content, string[] says)
    {
        File.WriteAllBytes(Path, content);
        var error = Assert.Throws<InvalidDataException>(() => PretrainedWeights.FromSafetensors(Path))!;
        foreach (var text in says.Append($"Weights file '{Path}' cannot be used: "))
            Assert.That(error.Message, Does.Contain(text));
    }

    [Test]
    public void FromSafetensors_Pickle_SaysHowToConvertIt()
    {
        File.WriteAllBytes(Path, [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9]);   // as PyTorch wrote them until 1.6
        Assert.That(
            () => PretrainedWeights.FromSafetensors(Path),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("holds a pickle, which runs code when it is read")
                .And.Message.Contains("""python -c "import sys, torch, safetensors.torch as s;"""));
    }

    [TestCase(-1, "cut short")]
    [TestCase(-1000, "cut short")]
    [TestCase(200, "a header of")]
    public void FromSafetensors_CutShort_SaysSo(int length, string says)
    {
        SafetensorsByHand.Write(Path, TinyWeights.Draw());
        var bytes = File.ReadAllBytes(Path);
        File.WriteAllBytes(Path, length < 0 ? bytes[..^-length] : bytes[..length]);
        Assert.That(() => PretrainedWeights.FromSafetensors(Path), Throws.TypeOf<InvalidDataException>().With.Message.Contains(says));
    }

    [Test]
    public void FromSafetensors_NoSuchFile_NamesIt()
        => Assert.That(() => PretrainedWeights.FromSafetensors(Path), Throws.TypeOf<FileNotFoundException>().With.Message.Contains(Path));

    [TestCase("0.485", "[0.2, 0.2, 0.2]")]
    [TestCase("[0.5, 0.5]", "[0.2, 0.2, 0.2]")]
    [TestCase("[0.5]", "[0]")]
    [TestCase("null", "null")]
    public void FromSafetensors_MetadataThatAreNoNumbers_SaysWhatWasExpected(string mean, string deviation)
    {
        SafetensorsByHand.Write(Path, TinyWeights.Draw(), metadata: new() { ["mean"] = mean, ["std"] = deviation });
        Assert.That(
            () => PretrainedWeights.FromSafetensors(Path),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains($"the mean '{mean}' and the std '{deviation}', expected lists of numbers"));
    }

    private static ModelSpec Spec()
        => new(
            TinyImages.Options.Backbone, 3, new ImageInput("Image", UntrainedModel.Shape, PixelKind.VectorOfByte, false), InputNormalization.ImageNet, null);

    private static LogitNormModel Fit(MLContext ml, LogitNormTrainer.Options options)
        => TinyImages.Pipeline(ml, options).Fit(TinyImages.View(ml, TinyTraining.Rows)).LastTransformer;

    private static float Rounded(float value, string type) => type switch
    {
        "F16" => (float)(Half)value,
        "BF16" => SafetensorsByHand.ToBfloat16(value),
        _ => value,
    };
}
