using System.Text.Json;
using CompareScores;
using Microsoft.ML.Data;
using QuickStart.Report;
using Shared.CommandLine;
using Shared.Images;
using Shared.Painting;

namespace LogitNormTool.Prediction;

/// <summary><c>logitnorm evaluate</c>: accuracy, false alarms, and what of each set of strangers is found.</summary>
internal sealed class EvaluateJob(string model, string test, IReadOnlyList<string> ood, bool json, CancellationToken cancellation)
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly MLContext _ml = new();

    public void Run()
    {
        _ml.Log += (_, message) => Screen.Log(message);
        using var loaded = LoadedModel.Load(_ml, new("model", model) { Option = "MODEL" });
        Screen.RequireVerdicts(_ml, loaded.App, model);
        using var unpacked = new UnpackedImages();
        var source = unpacked.Source;
        var images = Readable(ClassFolders.Open(source, "--test", test, DataPart.Test, limit: null, cancellation), $"--test {test}");
        var others = images.Select(image => image.Label).Distinct().Except(loaded.Classes).ToList();
        if (others.Count > 0)
            throw new InputException($"--test {test}: the model does not know the class {string.Join(", ", others.Take(10))}. "
                + $"It knows {string.Join(", ", loaded.Classes.Take(10))}. Images of other classes belong to --ood NAME=PATH.");
        var known = _ml.Data.Cache(Rows(images, loaded.App), "PredictedLabel", "OodScore", "IsOutOfDistribution");
        var accuracy = known.GetColumn<string>("PredictedLabel").Zip(images).Average(pair => pair.First == pair.Second.Label ? 1.0 : 0.0);
        var falseAlarms = known.GetColumn<bool>("IsOutOfDistribution").Average(isOut => isOut ? 1.0 : 0.0);
        var sets = OodOption.ParseAll(ood.Count > 0 ? ood : NoiseImages.Defaults).Select(option =>
        {
            var strangers = Readable(option.Load(source, loaded.ImageSize, seed: 1, limit: null, cancellation), $"--ood {option.Name}");
            var metrics = _ml.AnomalyDetection.EvaluateOod(known, Rows(strangers, loaded.App));
            return new EvaluatedSet(
                new(option.Name, strangers.Count, metrics.FprAt95Tpr, metrics.Auroc, metrics.AuprIn, metrics.AuprOut), metrics.DetectionRate ?? double.NaN);
        }).ToArray();
        Screen.LeftOut(source.LeftOut);
        var evaluation = new Evaluation(images.Count, accuracy, falseAlarms, sets);
        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize(evaluation, _json));
        else
            Screen.Evaluated(evaluation);
    }

    private IReadOnlyList<LabeledImage> Readable(IReadOnlyList<LabeledImage> images, string what)
    {
        var reasons = ImageCheck.WhyUnreadable(images, cancellation);
        foreach (var (image, reason) in images.Zip(reasons).Where(pair => pair.Second.Length > 0))
            Screen.Warn($"{image.Path} {reason}; it is left out.");
        LabeledImage[] readable = [.. images.Where((_, i) => reasons[i].Length == 0)];
        return readable.Length > 0 ? readable : throw new InputException($"{what}: none of the {images.Count:N0} images can be read.");
    }

    private IDataView Rows(IReadOnlyList<LabeledImage> images, ITransformer app)
        => app.Transform(_ml.Data.LoadFromEnumerable(images.Select(image =>
        {
            cancellation.ThrowIfCancellationRequested();
            return new ImageRow { ImagePath = image.Path, Label = image.Label };
        })));
}

/// <summary>What was measured of a model. Shares are fractions in [0, 1].</summary>
/// <param name="TestRows">Number of test images.</param>
/// <param name="Accuracy">Share of them whose class was predicted.</param>
/// <param name="FalseAlarmRate">Share of them that were taken for unknown.</param>
/// <param name="Ood">One for each set of strangers.</param>
internal sealed record Evaluation(int TestRows, double Accuracy, double FalseAlarmRate, IReadOnlyList<EvaluatedSet> Ood);

/// <summary>How one set of strangers fares.</summary>
/// <param name="Score">By the score alone.</param>
/// <param name="DetectionRate">Share of them that the decision finds.</param>
internal sealed record EvaluatedSet(OodResult Score, double DetectionRate);
