using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>Weights under torchvision's names give what a computation gives that is not this library's.</summary>
[TestFixture]
public sealed class PretrainedResNetTests
{
    private const int Side = 33;   // odd, so that each stride rounds

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase(18, "F32")]
    [TestCase(18, "F64")]
    [TestCase(50, "BF16")]
    public void CopyTo_WeightsOfTorchvision_GivesTheEmbeddingByHand(int depth, string type)
    {
        var byHand = new ResNetByHand(depth, seed: depth, type == "BF16" ? SafetensorsByHand.ToBfloat16 : null);
        SafetensorsByHand.Write(_folder["weights.safetensors"], byHand.Weights.Reverse(), type, withCounts: true);
        var image = Image(3);
        var expected = byHand.Embed(image, Side);

        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        var backbone = depth == 18 ? Backbone.ResNet18(Stem.ImageNet) : Backbone.ResNet50(Stem.ImageNet);
        var shape = new ImageShape(3, Side, Side);
        var spec = new ModelSpec(backbone, 2, new ImageInput("Image", shape, PixelKind.VectorOfSingle, false), InputNormalization.ImageNet, null);
        using var network = spec.CreateNetwork(CPU);
        PretrainedWeights.FromSafetensors(_folder["weights.safetensors"]).CopyTo(network, spec);
        network.Freeze();
        using var folded = FoldedNetwork.Create(network, shape, CPU)!;

        // Channels last in memory, and two rows: a single one takes another way in libtorch.
        var pixels = stack([.. image.Select(channel => tensor(channel.Select(value => (float)value).ToArray()).view(Side, Side))], 2).unsqueeze(0);
        var input = cat([pixels, pixels]).permute(0, 3, 1, 2);
        AssertNear(network.Embed(input), expected);
        AssertNear(folded.Embed(input), expected);
        AssertNear(folded.Embed(input.narrow(0, 0, 1)), expected);
    }

    // From the file to the model's column: the options alone, as a user gives them. What is frozen comes out as it went in.
    [Test]
    public void Fit_AllStagesFrozen_GivesTheEmbeddingOfThePixelsByHand()
    {
        var byHand = new ResNetByHand(18, seed: 4);
        SafetensorsByHand.Write(_folder["resnet18.safetensors"], byHand.Weights, withCounts: true);
        var ml = new MLContext(1);
        var rows = Stripes.View(ml, 8, Side);
        var options = Options with { FineTuning = new() { FrozenStages = ["stem", "layer1", "layer2", "layer3", "layer4"] }, Epochs = 1 };
        using var model = Pipeline(ml, options).Fit(rows);

        var (red, green, blue) = ((0.485, 0.229), (0.456, 0.224), (0.406, 0.225));   // torchvision's
        var pixels = ml.Data.CreateEnumerable<Stripes.Row>(rows, reuseRowObject: false).First().Image;
        double[][] image = [.. new[] { red, green, blue }.Select((channel, i) => pixels[(i * Side * Side)..((i + 1) * Side * Side)]
            .Select(pixel => ((pixel / 255.0) - channel.Item1) / channel.Item2).ToArray())];
        using var scope = NewDisposeScope();
        var embedding = model.Transform(rows).GetColumn<float[]>("Embedding").First();
        AssertNear(tensor(embedding).unsqueeze(0), byHand.Embed(image, Side));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Fit_TwoClasses_Learns(bool frozen)
    {
        SafetensorsByHand.Write(_folder["resnet18.safetensors"], new ResNetByHand(18, seed: 4).Weights, "BF16");
        var ml = new MLContext(1);
        var options = Options with { FineTuning = frozen ? new() { FrozenStages = ["stem", "layer1", "layer2", "layer3"] } : null, Epochs = 4 };
        using var model = Pipeline(ml, options).Fit(Stripes.View(ml, 32, Side));
        var metrics = ml.MulticlassClassification.Evaluate(model.Transform(Stripes.View(ml, 40, Side, seed: 7)));
        Assert.That(metrics.MicroAccuracy, Is.GreaterThan(0.9));
    }

    private LogitNormTrainer.Options Options => new()
    {
        FeatureColumnName = "Image",
        ImageShape = new(3, Side, Side),
        Backbone = Backbone.ResNet18(Stem.ImageNet),
        InitialWeights = PretrainedWeights.FromSafetensors(_folder["resnet18.safetensors"]),
        Loss = TrainingLoss.CrossEntropy(),
        LearningRate = 0.01,
        LearningRateSchedule = LearningRateSchedule.Cosine(),
        BatchSize = 8,
        Augmentation = Augmentation.None(),
        Seed = 1,
    };

    private static IEstimator<TransformerChain<LogitNormModel>> Pipeline(MLContext ml, LogitNormTrainer.Options options)
        => ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.MulticlassClassification.Trainers.LogitNorm(options));

    private static void AssertNear(Tensor embeddings, double[] expected)
    {
        var values = embeddings[0].data<float>().Select(value => (double)value).ToArray();
        Assert.That(values, Is.EqualTo(expected).Within(1e-5 * expected.Max()));
        Assert.That(expected.Max() - expected.Min(), Is.GreaterThan(0.1), "or nothing would be compared");
    }

    private static double[][] Image(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, Side * Side).Select(_ => (double)(float)((random.NextDouble() * 4) - 2)).ToArray())];
    }
}
