using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>
/// What the library writes into names, tables, logs and files, to be compared between cultures;
/// and a process that has cultures, which that of the tests has not.
/// </summary>
internal static class CultureTexts
{
    /// <summary>The first argument of a process that prints the texts.</summary>
    public const string Command = "culture-texts";

    private static readonly OodScore[] _scores =
    [
        .. OodScores.All,
        OodScores.Energy(2.5),
        OodScores.GeneralizedEntropy(0.25, 7),
        OodScores.NearestNeighbours(5, 1000),
        OodScores.Mahalanobis(0.001),
        OodScores.RelativeMahalanobis(1e-7),
        OodScores.ReAct(90.5), OodScores.AshB(65.5), OodScores.AshS(90.5), OodScores.Scale(85.5), OodScores.Dice(12345.5 / 200), OodScores.Odin(1234.5, 0.0014),
        OodScores.Fuse(OodScores.Energy(0.5), OodScores.Odin(1000.5)),
    ];

    /// <summary>All texts, by what they are.</summary>
    public static IEnumerable<string> All()
    {
        foreach (var score in _scores)
            yield return $"score: {score}; {JsonSerializer.Serialize(score, ModelJson.Options)}";
        TrainingLoss[] losses =
        [
            TrainingLoss.CrossEntropy(), TrainingLoss.LogitNorm(), TrainingLoss.LogitPenalty(1234.5), TrainingLoss.ExtendedLogitNorm(),
        ];
        foreach (var loss in losses)
            yield return $"loss: {loss}; {JsonSerializer.Serialize(loss, ModelJson.Options)}";
        LearningRateSchedule[] schedules =
        [
            LearningRateSchedule.Milestones(), LearningRateSchedule.Milestones([0.25, 0.5], 0.001),
            LearningRateSchedule.Cosine(), LearningRateSchedule.OneCycle(0.25),
        ];
        foreach (var schedule in schedules)
            yield return $"schedule: {schedule}; {JsonSerializer.Serialize(schedule, ModelJson.Options)}";
        Backbone[] backbones =
        [
            Backbone.WideResNet(), Backbone.WideResNet(16, 1, 0.25), Backbone.DenseNet(40, 12, 0.125), Backbone.ResNet18(), Backbone.ResNet34(),
        ];
        foreach (var backbone in backbones)
            yield return $"backbone: {backbone}; {JsonSerializer.Serialize(backbone, ModelJson.Options)}";
        foreach (var head in (Head[])[Head.Linear(), Head.Cosine(), Head.DecomposedConfidence(), Head.T2FNorm(0.25)])
            yield return $"head: {head}";
        Augmentation[] augmentations =
        [
            Augmentation.None(), Augmentation.CropAndFlip(), Augmentation.CropAndFlip(1234, flip: false), Augmentation.Cutout(1234),
            Augmentation.PixMix(4, 1.5, 1234), Augmentation.Of(Augmentation.CropAndFlip(), Augmentation.PixMix(beta: 2.5)),
        ];
        foreach (var augmentation in augmentations)
            yield return $"augmentation: {augmentation}";
        var normalization = new InputNormalization([0.4914f, 1234.5f], [0.25f, 1e-7f]);
        yield return $"normalisation: {normalization}; {JsonSerializer.Serialize(normalization, ModelJson.Options)}";
        yield return $"shape: {new ImageShape(3, 1234, 5678)}";
        yield return $"options: {new LogitNormTrainer.Options { LearningRate = 0.05, Normalization = normalization }}";
        yield return $"options: {new LogitNormTuner.Options()}";

        var metrics = OodDetectionMetrics.Compute([0.5, 1.5, -1.25], [0.75, 1234.5]) with { FalseAlarmRate = 0.05, DetectionRate = 0.5 };
        var comparison = new OodScoreComparison(
        [
            .. _scores.Select((score, i) => new OodScoreResult
            {
                Name = score.ToString(), Score = score, Sets = [new("strangers", metrics)], MillisecondsPer1000Rows = 1234.5 * i,
            }),
            new()
            {
                Name = OodScores.Odin().ToString(), Score = OodScores.Odin(), Sets = [], MillisecondsPer1000Rows = double.NaN,
                Failure = OodScores.Odin().NotFinite(1234, -0.5f),
            },
        ]);
        yield return $"comparison: {comparison.ToMarkdown()}{comparison}{comparison.Results[0]}{comparison.Results[0].Sets[0]}";
        yield return $"metrics: {metrics}{metrics.GetRocCurve()[0]}{metrics.GetPrecisionRecallCurveIn()[0]}{metrics.GetPrecisionRecallCurveOut()[^1]}";
        var calibration = CalibrationMetrics.Compute([[0.25, 0.75], [0.125, 0.875]], [0, 1], 5);
        yield return $"calibration: {calibration}{calibration.Bins[^1]}";
        TuningTrial[] trials =
        [
            new() { Tau = 0.04, Accuracy = 0.955, FprAt95Tpr = 0.1234, Auroc = 0.9, Duration = TimeSpan.FromMilliseconds(1234567) },
            new() { Tau = 1234.5, Failure = "diverged", Duration = TimeSpan.FromHours(1.5) },
        ];
        var tuning = new TuningResult { Best = trials[0], Trials = trials, BestOptions = new() { Seed = -5 } };
        yield return $"tuning: {tuning}{trials[0]}{trials[1]}{JsonSerializer.Serialize(trials, ModelJson.Options)}";
        var epoch = new TrainingEpoch
        {
            Epoch = 1, Epochs = 1234, Loss = 0.5, Accuracy = 0.955, ValidationAccuracy = 0.5, MeanLogitNorm = 1234.5, OutlierLoss = 1.25, LearningRate = 0.001,
            ImagesPerSecond = 1234.5, Elapsed = TimeSpan.FromSeconds(1234.5), Model = null!,
        };
        yield return $"epoch: {epoch}";
        yield return $"progress: {new TrainingProgress(1, 2, 3, 4)}";
        yield return $"package: {TorchPackages.Cpu(TorchPackages.Platform)}";
    }

    /// <summary>
    /// Prints the texts and what a whole run comes to: training with a checkpoint, a saved and loaded model, its predictions, a tuner's file.
    /// </summary>
    public static void Print(string culture)
    {
        CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = culture.Length == 0 ? CultureInfo.InvariantCulture : new(culture);
        Console.WriteLine($"{0.5} {"title".ToUpper()}");   // that the culture is what it should be: the line that is to differ
        new TorchSetUp().LoadLibTorch();
        foreach (var text in All().Concat(Run()))
            Console.WriteLine(text);
    }

    /// <summary>The texts in a process with ICU, under a culture; null where the machine has no ICU.</summary>
    public static string[]? Of(string culture)
    {
        var assembly = typeof(CultureTexts).Assembly.Location;
        using var folder = new TemporaryFolder();
        var configuration = JsonNode.Parse(File.ReadAllText(Path.ChangeExtension(assembly, ".runtimeconfig.json")))!;
        configuration["runtimeOptions"]!["configProperties"]!["System.Globalization.Invariant"] = false;
        File.WriteAllText(folder["with-icu.json"], configuration.ToJsonString());
        var (exitCode, output, error) = InTime.Run(InTime.DotNet(
            "exec", "--runtimeconfig", folder["with-icu.json"], "--depsfile", Path.ChangeExtension(assembly, ".deps.json"), assembly, Command, culture));
        if (exitCode != 0 && error.Contains("ICU", StringComparison.Ordinal))
            return null;
        return exitCode == 0 ? output.Split('\n') : throw new InvalidOperationException($"{culture}: {error}{output}");
    }

    private static IEnumerable<string> Run()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        var rows = TinyImages.View(ml, 40);
        var options = TinyImages.Options with { Epochs = 1, LearningRate = 0.05, CheckpointFile = folder["checkpoint"] };
        using var trained = TinyImages.Pipeline(ml, options).Append(ml.Transforms.OodScore(OodScores.Energy(2.5))).Fit(rows);
        ml.Model.Save(trained, rows.Schema, folder["model.zip"]);
        using var resumed = TinyImages.Pipeline(ml, options).Fit(rows);   // refused if the settings looked otherwise
        var loaded = ml.Model.Load(folder["model.zip"], out _);
        foreach (var row in ml.Data.CreateEnumerable<TinyImages.Prediction>(loaded.Transform(rows), reuseRowObject: false, ignoreMissingColumns: true).Take(3))
            yield return $"prediction: {string.Join(' ', row.Logits.Append(row.OodScore).Select(BitConverter.SingleToInt32Bits))}";
        var settings = TrainingCheckpointFile.ReadHeader(folder["checkpoint"]).Training.Settings;
        yield return $"checkpoint: {settings.Select(pair => $"{pair.Key} {pair.Value}").Aggregate((a, b) => $"{a}; {b}")}";
        (loaded as IDisposable)?.Dispose();
    }
}
