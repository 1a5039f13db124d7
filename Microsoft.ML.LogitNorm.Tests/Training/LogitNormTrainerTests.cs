using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm.Tests.Training;

[TestFixture]
public sealed class LogitNormTrainerTests
{
    private const int Rows = 48;   // three steps of 16
    private static readonly LogitNormTrainer.Options _quick = TinyImages.Options with { Epochs = 2 };

    [TestCaseSource(nameof(Losses))]
    public void Fit_EveryLoss_LearnsTinyImages(TrainingLoss loss)
    {
        var ml = new MLContext(seed: 1);
        using var chain = TinyImages.Pipeline(ml, TinyImages.Options with { Loss = loss, Epochs = 4 }).Fit(TinyImages.View(ml, 96));
        var metrics = ml.MulticlassClassification.Evaluate(chain.Transform(TinyImages.View(ml, 60, seed: 5)));
        Assert.That(metrics.MicroAccuracy, Is.GreaterThan(0.9));
    }

    private static TrainingLoss[] Losses()
        => [TrainingLoss.CrossEntropy(), TrainingLoss.LogitNorm(0.1), TrainingLoss.LogitPenalty(), TrainingLoss.ExtendedLogitNorm()];

    [TestCaseSource(nameof(Backbones))]
    public void Fit_EveryBackbone_TrainsAndScores(Backbone backbone, int embeddingSize)
    {
        var ml = new MLContext();
        using var chain = TinyImages.Pipeline(ml, _quick with { Backbone = backbone, Epochs = 1, Augmentation = Augmentation.None() })
            .Fit(TinyImages.View(ml, 16));
        var scored = chain.Transform(TinyImages.View(ml, 2));
        Assert.That(chain.LastTransformer.Backbone, Is.EqualTo(backbone));
        Assert.That(scored.GetColumn<float[]>("Embedding").Select(embedding => embedding.Length), Is.All.EqualTo(embeddingSize));
        Assert.That(scored.GetColumn<float[]>("Logits").SelectMany(logits => logits).All(float.IsFinite));
    }

    private static IEnumerable<TestCaseData> Backbones()
    {
        yield return new TestCaseData(Backbone.WideResNet(10, 2, 0.3), 128).SetArgDisplayNames("WideResNet(10, 2)");
        yield return new TestCaseData(Backbone.DenseNet(10, 4, 0.2), 9).SetArgDisplayNames("DenseNet(10, 4)");
        yield return new TestCaseData(Backbone.ResNet18(), 512).SetArgDisplayNames("ResNet18");
    }

    [Test]
    public void Fit_SameSeed_GivesTheSameBits()
    {
        var ml = new MLContext(seed: 3);
        var options = _quick with { Backbone = Backbone.WideResNet(10, 1, dropout: 0.3) };   // dropout draws from torch's own generator
        var first = Logits(ml, options with { Seed = 11 });
        Assert.That(Logits(new MLContext(seed: 4), options with { Seed = 11 }), Is.EqualTo(first));
        Assert.That(Logits(ml, options with { Seed = 12 }), Is.Not.EqualTo(first));
        Assert.That(Logits(ml, options with { Seed = -11 }), Is.Not.EqualTo(first));
    }

    [Test]
    public void Fit_WithoutASeed_TakesTheContexts()
    {
        var options = _quick with { Seed = null, Epochs = 1 };
        var first = Logits(new MLContext(seed: 7), options);
        Assert.That(Logits(new MLContext(seed: 7), options), Is.EqualTo(first));
        Assert.That(Logits(new MLContext(seed: 8), options), Is.Not.EqualTo(first));
        Assert.That(Logits(new MLContext(), options with { Seed = 7 }), Is.EqualTo(first));
        var (random, anotherRandom) = (Logits(new MLContext(), options), Logits(new MLContext(), options));
        Assert.That(anotherRandom, Is.Not.EqualTo(random));
    }

    // The same pictures as bytes, as floats and as MLImage: nothing but the column's type may differ, validation included.
    [TestCase("bytes")]
    [TestCase("floats")]
    [TestCase("images")]
    public void Fit_SamePictureInAnotherColumnType_GivesTheSameBits(string type)
    {
        var ml = new MLContext();
        List<TrainingEpoch> expectedEpochs = [], epochs = [];
        var map = ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(ml, Rows));
        var options = _quick with { ValidationSet = map.Transform(TinyImages.View(ml, 30, seed: 9)), EpochCompleted = expectedEpochs.Add };
        var expected = Train(ml, map.Transform(TinyImages.View(ml, Rows)), options);

        IEstimator<ITransformer> convert = type switch
        {
            "bytes" => ml.Transforms.CopyColumns("Same", "Id"),
            "floats" => ml.Transforms.Conversion.ConvertType("Image", outputKind: DataKind.Single),
            _ => ml.Transforms.ConvertToImage(TinyImages.Size, TinyImages.Size, "Image", interleavedColors: false),
        };
        var converter = convert.Fit(TinyImages.View(ml, 1));
        var found = Train(ml, converter.Transform(map.Transform(TinyImages.View(ml, Rows))), options with
        {
            ValidationSet = converter.Transform(options.ValidationSet!),
            EpochCompleted = epochs.Add,
        });

        Assert.That(found, Is.EqualTo(expected));
        Assert.That(epochs.Select(Numbers), Is.EqualTo(expectedEpochs.Select(Numbers)));

        static (double, double, double?) Numbers(TrainingEpoch epoch) => (epoch.Loss, epoch.Accuracy, epoch.ValidationAccuracy);

        float[][] Train(MLContext ml, IDataView data, LogitNormTrainer.Options options)
        {
            using var model = ml.MulticlassClassification.Trainers.LogitNorm(options).Fit(data);
            return [.. model.Transform(data).GetColumn<float[]>("Logits")];
        }
    }

    [Test]
    public void EpochCompleted_TellsTheRunAsItWas()
    {
        var epochs = new List<TrainingEpoch>();
        var ml = new MLContext();
        var options = _quick with
        {
            Epochs = 4, LearningRate = 0.2, LearningRateSchedule = LearningRateSchedule.Milestones([0.5]), EpochCompleted = epochs.Add,
        };
        TinyImages.Pipeline(ml, options).Fit(TinyImages.View(ml, Rows)).Dispose();
        Assert.Multiple(() =>
        {
            Assert.That(epochs.Select(e => (e.Epoch, e.Epochs)), Is.EqualTo(new[] { (1, 4), (2, 4), (3, 4), (4, 4) }));
            Assert.That(epochs.Select(e => e.LearningRate), Is.EqualTo(new[] { 0.2, 0.2, 0.02, 0.02 }).Within(1e-15));
            Assert.That(epochs.Select(e => e.ValidationAccuracy), Is.All.Null);
            Assert.That(epochs.Select(e => e.ImagesPerSecond), Is.All.GreaterThan(0).And.All.LessThan(1e7));
            Assert.That(epochs.Select(e => e.Elapsed), Is.Ordered.Ascending.And.All.GreaterThan(TimeSpan.Zero));
            Assert.That(epochs.Select(e => e.Accuracy), Is.All.InRange(0, 1));
            Assert.That(epochs.Select(e => e.Accuracy * Rows % 1), Is.All.EqualTo(0).Within(1e-9).Or.EqualTo(1).Within(1e-9), "a share of the 48 rows");
            Assert.That(epochs[^1].Accuracy, Is.GreaterThan(epochs[0].Accuracy));
            Assert.That(epochs[^1].Loss, Is.LessThan(epochs[0].Loss));
            Assert.That(epochs.Select(e => e.MeanLogitNorm), Is.All.GreaterThan(0));
        });
    }

    [Test]
    public void EpochCompleted_ConstantLabels_AccuracyAndLossAreTheBatchesMeans()
    {
        // Without learning (a rate near 0), augmentation and dropout the epoch is what the first network makes of the rows: in training mode
        // with one batch of all rows, so that batch normalisation sees the same as below.
        TrainingEpoch epoch = null!;
        var ml = new MLContext();
        var options = _quick with
        {
            Epochs = 1, BatchSize = Rows, LearningRate = 1e-30, Augmentation = Augmentation.None(), Loss = TrainingLoss.CrossEntropy(),
            EpochCompleted = e => epoch = e,
        };
        using var chain = TinyImages.Pipeline(ml, options).Fit(TinyImages.View(ml, Rows));

        using var scope = TorchSharp.torch.NewDisposeScope();
        var scored = chain.Transform(TinyImages.View(ml, Rows));
        var network = NetworkOf.View(scored);
        var images = ExampleSetLoader.Load(
            scored, network.Input.Bind(scored.Schema), LabelColumn.Find(scored.Schema, "Label"), CancellationToken.None).Examples!;
        network.Classifier.train();
        var logits = network.Classifier.call(network.Normalize(images.Values));
        images.Values.Dispose();
        Assert.Multiple(() =>
        {
            Assert.That(epoch.MeanLogitNorm, Is.EqualTo(logits.norm(1).mean().item<float>()).Within(0.01).Percent);
            Assert.That(epoch.Accuracy, Is.EqualTo(logits.argmax(1).eq(images.Labels).to(TorchSharp.torch.float32).mean().item<float>()).Within(1e-6));
            Assert.That(epoch.Loss, Is.EqualTo(TorchSharp.torch.nn.functional.cross_entropy(logits, images.Labels).item<float>()).Within(0.01).Percent);
        });
        images.Dispose();
    }

    [Test]
    public void ValidationAccuracy_OfTheLastEpoch_IsTheModelsAccuracy()
    {
        var epochs = new List<TrainingEpoch>();
        var ml = new MLContext();
        var map = ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(ml, Rows));
        var validation = map.Transform(TinyImages.View(ml, 700, seed: 4));   // more than are classified at once
        // A network that learns next to nothing: a trained one is right about all rows, even where batch normalisation still uses the batch.
        var options = _quick with { Epochs = 2, LearningRate = 1e-6, ValidationSet = validation, EpochCompleted = epochs.Add };
        using var model = ml.MulticlassClassification.Trainers.LogitNorm(options).Fit(map.Transform(TinyImages.View(ml, Rows)));
        Assert.That(epochs[0].ValidationAccuracy, Is.Not.Null);
        Assert.That(epochs[1].ValidationAccuracy, Is.EqualTo(ml.MulticlassClassification.Evaluate(model.Transform(validation)).MicroAccuracy).Within(1e-12));
    }

    [Test]
    public void ValidationSet_ChangesNothingAboutTheWeights()
    {
        var ml = new MLContext();
        var map = ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(ml, Rows));
        Assert.That(Logits(ml, _quick with { ValidationSet = map.Transform(TinyImages.View(ml, 20, seed: 4)) }), Is.EqualTo(Logits(ml, _quick)));
    }

    [Test]
    public void StepCompleted_CountsEveryStep()
    {
        var steps = new List<TrainingProgress>();
        var ml = new MLContext();
        TinyImages.Pipeline(ml, _quick with { StepCompleted = steps.Add }).Fit(TinyImages.View(ml, Rows + 15)).Dispose();   // 15 rows fill no batch
        Assert.That(
            steps, Is.EqualTo(new TrainingProgress[] { new(1, 2, 1, 3), new(1, 2, 2, 3), new(1, 2, 3, 3), new(2, 2, 1, 3), new(2, 2, 2, 3), new(2, 2, 3, 3) }));
    }

    [Test]
    public void Fit_TellsItsProgressToTheContextsLog()
    {
        var messages = new List<(ChannelMessageKind Kind, string Text)>();
        var ml = new MLContext();
        ml.Log += (_, e) => messages.Add((e.Kind, e.RawMessage));
        TinyImages.Pipeline(ml, _quick).Fit(TinyImages.View(ml, Rows)).Dispose();
        var infos = messages.Where(message => message.Kind == ChannelMessageKind.Info).Select(message => message.Text).ToArray();
        Assert.That(infos, Has.One.Match(@"^Read 48 images of 3×8×8 in "));
        Assert.That(infos, Has.One.Match(@"^Training WideResNet\(10, 1, 0\) with LogitNorm\(tau: 0.1, warmup: 0.5\) for 2 epochs on cpu; seed 1\."));
        Assert.That(
            infos, Has.One.Match(@"^Epoch 1/2: loss [\d.]+, accuracy [\d.]+ %, mean logit norm [\d.]+, learning rate [\d.E-]+, \d+ images/s, \d\d:\d\d:\d\d"));
        Assert.That(infos, Has.One.StartsWith("Epoch 2/2: "));
    }

    [Test]
    public void Fit_RowsWithoutALabel_AreLeftOutWithAWarning()
    {
        var warnings = new List<string>();
        var ml = new MLContext();
        ml.Log += (_, e) => { if (e.Kind == ChannelMessageKind.Warning) warnings.Add(e.RawMessage); };
        var rows = TinyImages.Rows(Rows);
        foreach (var row in rows.Take(5))
            row.Label = "";
        TinyImages.Pipeline(ml, _quick).Fit(ml.Data.LoadFromEnumerable(rows)).Dispose();
        Assert.That(warnings, Has.One.EqualTo("5 training rows have no label, or one that is not among the classes; they are left out."));
    }

    [Test]
    public void Fit_KeyWithoutNames_PredictsTheKey()
    {
        var ml = new MLContext();
        var data = ml.Data.LoadFromEnumerable(TinyImages.Rows(96).Select(row => new KeyRow { Label = (uint)(row.Id % 3), Image = row.Image }));
        using var model = ml.MulticlassClassification.Trainers.LogitNorm(TinyImages.Options).Fit(data);
        var scored = model.Transform(data);
        Assert.That(scored.Schema["PredictedLabel"].Type, Is.EqualTo(data.Schema["Label"].Type));
        Assert.That(ml.MulticlassClassification.Evaluate(scored).MicroAccuracy, Is.GreaterThan(0.9));
    }

    [Test]
    public void SimpleOverload_PassesItsArgumentsOn()
    {
        var ml = new MLContext(seed: 1);
        var data = TinyImages.View(ml, 128);
        var renamed = ml.Transforms.Conversion.MapValueToKey("Class", "Label").Append(ml.Transforms.CopyColumns("Picture", "Image"));
        using var chain = renamed.Append(
            ml.MulticlassClassification.Trainers.LogitNorm("Class", "Picture", Backbone.DenseNet(10, 2), TrainingLoss.CrossEntropy(), epochs: 1)).Fit(data);
        Assert.That(chain.LastTransformer.Backbone, Is.EqualTo(Backbone.DenseNet(10, 2)));
    }

    private static float[][] Logits(MLContext ml, LogitNormTrainer.Options options)
    {
        using var chain = TinyImages.Pipeline(ml, options).Fit(TinyImages.View(ml, Rows));
        return [.. chain.Transform(TinyImages.View(ml, 6, seed: 2)).GetColumn<float[]>("Logits")];
    }

    private sealed class KeyRow
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(3, TinyImages.Size, TinyImages.Size)]
        public byte[] Image { get; set; } = [];
    }
}
