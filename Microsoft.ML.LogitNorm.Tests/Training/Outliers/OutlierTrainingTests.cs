using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Training.Outliers;

/// <summary>Training against outliers, from a set or made of the training images.</summary>
[TestFixture]
public sealed class OutlierTrainingTests
{
    private static readonly LogitNormTrainer.Options _options = TinyImages.Options with { Loss = TrainingLoss.CrossEntropy(), Epochs = 3 };

    private readonly MLContext _ml = new(seed: 1);

    private static IEnumerable<TrainingLoss> Losses
        => [TrainingLoss.CrossEntropy(), TrainingLoss.LogitNorm(0.2), TrainingLoss.LogitPenalty(), TrainingLoss.ExtendedLogitNorm()];

    [TestCaseSource(nameof(Losses))]
    public void Fit_OutlierSet_LowersTheOutliersLossAndKnowsTheClasses(TrainingLoss loss)
    {
        var epochs = new List<TrainingEpoch>();
        var options = _options with { Loss = loss, Epochs = 12, OutlierSet = Outliers(), EpochCompleted = epochs.Add };
        TinyTraining.Weights(options, _ml, TinyImages.View(_ml, 96));
        var terms = epochs.Select(epoch => epoch.OutlierLoss!.Value).ToArray();
        Assert.That(terms, Is.All.AtLeast(Math.Log(3) - 1e-6), "the term of three equal probabilities");
        // LogitNorm's tau falls, and with it what equal probabilities need; ExtendedLogitNorm begins near equal probabilities.
        if (loss is not (LogitNormLoss or ExtendedLogitNormLoss))
            Assert.That(terms[^1], Is.LessThan(terms[0]));
        Assert.That(terms[^1], Is.LessThan(1.35));
        Assert.That(epochs[^1].Accuracy, Is.GreaterThan(0.9));
        Assert.That(epochs[^1].ToString(), Does.Contain(", outlier loss 1."));
    }

    [Test]
    public void Fit_OutlierSet_MakesItsLikeLessSureThanATrainingWithout()
    {
        Assert.That(Confidence(_options with { Epochs = 12, OutlierSet = Outliers() }), Is.LessThan(Confidence(_options with { Epochs = 12 }) - 0.1));

        double Confidence(LogitNormTrainer.Options options)
        {
            using var chain = TinyImages.Pipeline(_ml, options).Fit(TinyImages.View(_ml, 96));
            return chain.Transform(Outliers(seed: 9)).GetColumn<float[]>("Score").Average(score => score.Max());
        }
    }

    [Test]
    public void Fit_SyntheticOutliersOfEachKind_Learns(
        [Values(
            SyntheticOutliers.Jigsaws, SyntheticOutliers.Mixtures, SyntheticOutliers.Noise, SyntheticOutliers.Blobs, SyntheticOutliers.ShuffledPixels,
            SyntheticOutliers.All)] SyntheticOutliers kinds)
    {
        var epochs = new List<TrainingEpoch>();
        TinyTraining.Weights(_options with { SyntheticOutliers = kinds, EpochCompleted = epochs.Add });
        Assert.That(epochs.Select(epoch => epoch.OutlierLoss), Is.All.InRange(Math.Log(3) - 1e-6, 20));
    }

    [Test]
    public void Fit_WithoutOutliers_HasNoOutlierLossAndTheSameBitsWhateverTheirOptions()
    {
        var weights = TinyTraining.Weights(_options with { EpochCompleted = epoch => Assert.That(epoch.OutlierLoss, Is.Null) });
        Assert.That(TinyTraining.Weights(_options with { OutlierWeight = 3, OutlierShare = 2 }), Is.EqualTo(weights));
    }

    [Test]
    public void Fit_EachOptionOfOutliers_ChangesTheWeights()
    {
        var options = _options with { Epochs = 1, OutlierSet = Outliers() };
        byte[][] weights =
        [
            TinyTraining.Weights(options), TinyTraining.Weights(options with { OutlierSet = null }), TinyTraining.Weights(options with { OutlierWeight = 1 }),
            TinyTraining.Weights(options with { OutlierShare = 1 }), TinyTraining.Weights(options with { OutlierSet = Outliers(seed: 3) }),
            TinyTraining.Weights(options with { SyntheticOutliers = SyntheticOutliers.Jigsaws }),
            TinyTraining.Weights(options with { SyntheticOutliers = SyntheticOutliers.Jigsaws, OutlierSet = null }),
        ];
        Assert.That(weights.Select(Convert.ToBase64String), Is.Unique);
        Assert.That(TinyTraining.Weights(options), Is.EqualTo(weights[0]));
    }

    [Test]
    public void Fit_OutliersWithoutLabelColumnOrWithMoreColumns_AreTheSame()
    {
        var bare = _ml.Transforms.SelectColumns("Image").Fit(Outliers()).Transform(Outliers());
        Assert.That(TinyTraining.Weights(_options with { OutlierSet = bare }), Is.EqualTo(TinyTraining.Weights(_options with { OutlierSet = Outliers() })));
    }

    [TestCase(ImageCache.Memory)]
    [TestCase(ImageCache.Stream)]
    public void Fit_StoppedAndGoneOn_EndsWithTheSameBits(ImageCache cache)
    {
        using var folder = new TemporaryFolder();
        var options = _options with { ImageCache = cache, OutlierSet = Outliers(), SyntheticOutliers = SyntheticOutliers.All };
        var expected = TinyTraining.Weights(options);
        var kept = options with { CheckpointFile = folder["training.checkpoint"] };
        foreach (var last in (int[])[1, 2])
            Assert.That(
                () => TinyTraining.Weights(kept with { EpochCompleted = epoch => _ = epoch.Epoch <= last ? 0 : throw new TimeoutException() }),
                Throws.InstanceOf<TimeoutException>());
        Assert.That(TinyTraining.Weights(kept), Is.EqualTo(expected));
    }

    [Test]
    public void Fit_CheckpointOfOtherOutliers_IsRefusedNamingThem()
    {
        using var folder = new TemporaryFolder();
        var options = _options with { Epochs = 1, OutlierSet = Outliers(), CheckpointFile = folder["training.checkpoint"] };
        TinyTraining.Weights(options);
        Refused(options with { OutlierSet = Outliers(seed: 4) }, "OutlierSet was \"40 rows, ");
        Refused(options with { OutlierSet = null }, "OutlierSet was \"40 rows, ", "and is not there");
        Refused(options with { OutlierWeight = 1 }, "OutlierWeight was 0.5 and is 1");
        Refused(options with { OutlierShare = 1 }, "OutlierShare was 0.5 and is 1");
        Refused(options with { SyntheticOutliers = SyntheticOutliers.Jigsaws }, "SyntheticOutliers was \"None\" and is \"Jigsaws\"");

        static void Refused(LogitNormTrainer.Options options, params string[] parts)
        {
            var error = Assert.Throws<InvalidOperationException>(() => TinyTraining.Weights(options))!;
            foreach (var part in parts)
                Assert.That(error.Message, Does.Contain(part));
        }
    }

    [Test]
    public void Fit_Streamed_DrawsTheSameOutliersAndLearns()
    {
        var epochs = new List<TrainingEpoch>();
        var options = _options with { ImageCache = ImageCache.Stream, Epochs = 12, OutlierSet = Outliers(), EpochCompleted = epochs.Add };
        TinyTraining.Weights(options, _ml, TinyImages.View(_ml, 96));
        Assert.That(epochs[^1].OutlierLoss, Is.LessThan(epochs[0].OutlierLoss!.Value).And.LessThan(1.35));
        Assert.That(epochs[^1].Accuracy, Is.GreaterThan(0.9));
    }

    [Test]
    public void Fit_FeatureVectors_TakesAnOutlierSet()
    {
        var options = new LogitNormTrainer.Options
        {
            Backbone = Backbone.Dense([8]), Loss = TrainingLoss.CrossEntropy(), Epochs = 20, BatchSize = 16, Seed = 1,
            OutlierSet = Vectors(30, 2), EpochCompleted = epoch => _terms.Add(epoch.OutlierLoss!.Value),
        };
        _terms.Clear();
        using var model = _ml.MulticlassClassification.Trainers.LogitNorm(options).Fit(Vectors(60, 0));
        Assert.That(_terms[^1], Is.LessThan(_terms[0]));
    }

    [Test]
    public void Tune_WithOutliers_TrainsTrialsAgainstThemAndTellsOtherOnesApart()
    {
        using var folder = new TemporaryFolder();
        var terms = new List<double?>();
        var options = new LogitNormTuner.Options
        {
            Trainer = TinyImages.Options with { Epochs = 1, OutlierSet = Outliers(), EpochCompleted = epoch => terms.Add(epoch.OutlierLoss) },
            Taus = [0.1, 0.2],
            NoiseCount = 10,
            ResultsFile = folder["trials.json"],
        };
        var result = Tune(options);
        Assert.That(terms, Has.Count.EqualTo(2).And.None.Null);
        Assert.That(result.BestOptions.OutlierSet, Is.SameAs(options.Trainer.OutlierSet));
        Assert.That(() => Tune(options with { Taus = [0.1] }), Throws.Nothing);
        foreach (var (other, part) in new[]
        {
            (options.Trainer with { OutlierSet = null }, "OutlierSet was \"40 rows\" and is not there"),
            (options.Trainer with { OutlierSet = TinyOutliers.View(_ml, 30) }, "OutlierSet was \"40 rows\" and is \"30 rows\""),
            (options.Trainer with { OutlierWeight = 2 }, "OutlierWeight was 0.5 and is 2"),
        })
            Assert.That(() => Tune(options with { Trainer = other }), Throws.InvalidOperationException.With.Message.Contains(part));
    }

    [Test]
    public void Tune_AgainstNoise_WarnsThatNoiseTellsNothing()
    {
        var (ml, messages) = (new MLContext(seed: 1), new List<string>());
        ml.Log += (_, e) => messages.Add(e.Message);
        var options = new LogitNormTuner.Options
        {
            Trainer = TinyImages.Options with { Epochs = 1, SyntheticOutliers = SyntheticOutliers.Noise }, Taus = [0.1], NoiseCount = 10,
        };
        Tune(options, ml);
        Assert.That(messages, Has.One.Contains("SyntheticOutliers has Noise, and the temperatures are compared by noise"));
    }

    private readonly List<double> _terms = [];

    private TuningResult Tune(LogitNormTuner.Options options, MLContext? ml = null)
    {
        ml ??= _ml;
        var map = ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(ml, 3));
        return ml.MulticlassClassification.LogitNormTuner(options)
            .Tune(map.Transform(TinyImages.View(ml, 48)), map.Transform(TinyImages.View(ml, 20, seed: 4)));
    }

    private IDataView Outliers(int seed = 8) => TinyOutliers.View(_ml, 40, seed);

    // Three heaps on a line; outliers are beside it.
    private IDataView Vectors(int count, int shift)
    {
        var random = new Random(shift);
        return _ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new VectorRow
        {
            Label = (uint)(i % 3), Features = [(i % 3) + (random.NextSingle() / 4), shift + (random.NextSingle() / 4)],
        }).ToArray());
    }

    private sealed class VectorRow
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(2)]
        public float[] Features { get; set; } = [];
    }
}
