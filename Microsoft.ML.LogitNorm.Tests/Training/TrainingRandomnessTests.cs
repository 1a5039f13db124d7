using Microsoft.ML.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>A training owns its randomness: nothing else in the process changes it, and it changes nothing else.</summary>
[TestFixture]
[NonParallelizable]   // it looks at torch's global generator
public sealed class TrainingRandomnessTests
{
    private static readonly LogitNormTrainer.Options _options = TinyImages.Options with { Backbone = Backbone.WideResNet(10, 1, dropout: 0.3), Epochs = 2 };

    private readonly MLContext _ml = new(seed: 1);

    [Test]
    public void Fit_ModelsLoadedAndNumbersDrawnMeanwhile_GivesTheSameBits()
    {
        using var folder = new TemporaryFolder();
        var rows = TinyImages.View(_ml, 3);
        using (var model = UntrainedModel.Create(_ml))
            _ml.Model.Save(model, rows.Schema, folder["model.zip"]);
        var expected = TinyTraining.Weights(_options);
        Assert.That(TinyTraining.Weights(_options with { EpochCompleted = _ => Disturb(), StepCompleted = _ => manual_seed(5) }), Is.EqualTo(expected));

        void Disturb()
        {
            using var loaded = (IDisposable)new MLContext().Model.Load(folder["model.zip"], out _);
            using var scope = NewDisposeScope();
            nn.Conv2d(3, 8, 3).Dispose();
            nn.functional.dropout(rand(100), 0.5, training: true);
        }
    }

    [Test]
    public void Fit_AnotherTrainingMeanwhile_GivesTheSameBits()
    {
        LogitNormTrainer.Options[] trainings = [_options with { Seed = 1 }, _options with { Seed = 2, Backbone = Backbone.DenseNet(10, 4, 0.2) }];
        var alone = Array.ConvertAll(trainings, options => TinyTraining.Weights(options));
        for (var i = 0; i < 3; i++)
        {
            using var start = new Barrier(trainings.Length);
            var together = trainings.Select(options => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return TinyTraining.Weights(options);
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
            Assert.That(Task.WaitAll(together, TimeSpan.FromMinutes(2)), Is.True);
            Assert.That(together.Select(training => training.Result), Is.EqualTo(alone));
        }
    }

    private static IEnumerable<TestCaseData> Work()
    {
        yield return Case("Fit", (ml, _, _) => TinyTraining.Weights(_options, ml));
        yield return Case(
            "Fit, DenseNet", (ml, _, _) => TinyTraining.Weights(_options with { Backbone = Backbone.DenseNet(10, 4, 0.2), Head = Head.Cosine() }, ml));
        yield return Case(
            "Fit, ResNet",
            (ml, _, _) => TinyTraining.Weights(_options with { Backbone = Backbone.ResNet18(), Head = Head.DecomposedConfidence(), Epochs = 1 }, ml));
        yield return Case(
            "Fit, PixMix",
            (ml, _, _) => TinyTraining.Weights(_options with { Augmentation = Augmentation.Of(Augmentation.Cutout(3), Augmentation.PixMix()) }, ml));
        yield return Case("Fit, streamed", (ml, _, _) => TinyTraining.Weights(_options with { ImageCache = ImageCache.Stream }, ml));
        yield return Case("Load", (ml, model, rows) =>
        {
            using var loaded = (IDisposable)ModelFile.Of(ml, model, rows.Schema).Load(ml, out DataViewSchema _);
        });
        yield return Case("Transform", (_, model, rows) => model.Transform(rows).GetColumn<float[]>("Logits").Count());
        yield return Case("All scores, learned and compared", (ml, model, rows) => ml.AnomalyDetection.CompareOodScores(
            model, rows, new Dictionary<string, IDataView> { ["others"] = TinyImages.View(ml, 30, seed: 7) },
            new()
            {
                Scores = [.. OodScores.All, OodScores.Fuse(OodScores.MaxSoftmax(), OodScores.NearestNeighbours(5, 20))],
                TrainingData = TinyImages.View(ml, 96),
            }));
        yield return Case("Tune", (ml, _, _) =>
        {
            var map = ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(ml, 3));
            ml.MulticlassClassification.LogitNormTuner(new() { Trainer = _options with { Epochs = 1 }, Taus = [0.1], NoiseCount = 10 })
                .Tune(map.Transform(TinyImages.View(ml, TinyTraining.Rows)), map.Transform(TinyImages.View(ml, 20, seed: 4)));
        });

        static TestCaseData Case(string name, Action<MLContext, LogitNormModel, IDataView> work) => new TestCaseData(work).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Work))]
    public void Work_LeavesTheGlobalGeneratorAlone(Action<MLContext, LogitNormModel, IDataView> work)
    {
        using var chain = TinyImages.Pipeline(_ml).Fit(TinyImages.View(_ml, 96));
        manual_seed(123);
        var before = State();
        work(_ml, chain.LastTransformer, TinyImages.View(_ml, 30, seed: 6));
        Assert.That(State(), Is.EqualTo(before));
    }

    private static byte[] State()
    {
        using var global = Generator.Default;
        using var state = global.get_state();
        return state.data<byte>().ToArray();
    }
}
