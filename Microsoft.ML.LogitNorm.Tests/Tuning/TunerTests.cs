namespace Microsoft.ML.LogitNorm.Tests.Tuning;

/// <summary>What tests of the tuner have in common: rows, and trials of two epochs.</summary>
public abstract class TunerTests
{
    private protected static LogitNormTrainer.Options Quick { get; } = TinyImages.Options with { Epochs = 2 };

    private protected MLContext Ml { get; } = new();

    private protected IDataView Training { get; private set; } = null!;

    private protected IDataView Validation { get; private set; } = null!;

    [OneTimeSetUp]
    public void MapLabels()
    {
        var map = Ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(Ml, 3));
        Training = map.Transform(TinyImages.View(Ml, 48));
        Validation = map.Transform(TinyImages.View(Ml, 40, seed: 4));
    }

    private protected TuningResult Tune(LogitNormTuner.Options options, IDataView? validation)
        => Ml.MulticlassClassification.LogitNormTuner(options).Tune(Training, validation!);

    private protected TuningResult Tune(LogitNormTuner.Options options) => Tune(options, Validation);

    private protected static (double, double?, double?, double?) Outcome(TuningTrial trial) => (trial.Tau, trial.Accuracy, trial.FprAt95Tpr, trial.Auroc);

    private protected sealed class ResultsFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("tuning").FullName;

        public string File => System.IO.Path.Combine(Path, "tuning.json");

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
