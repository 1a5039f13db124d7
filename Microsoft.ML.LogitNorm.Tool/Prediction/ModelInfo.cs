using System.Globalization;
using CompareScores;
using Shared.Models;

namespace LogitNormTool.Prediction;

/// <summary><c>logitnorm info</c>: what a model file holds.</summary>
internal static class ModelInfo
{
    /// <summary>Shows it.</summary>
    /// <param name="path">The model file.</param>
    public static void Show(string path)
    {
        var ml = new MLContext();
        using var loaded = LoadedModel.Load(ml, new("model", path) { Option = "MODEL" });
        List<(string Name, string Value)> rows =
        [
            ("file", $"{path}, {(new FileInfo(path).Length / 1e6).ToString("F1", CultureInfo.InvariantCulture)} MB"),
            ("classes", $"{loaded.Classes.Count}: {string.Join(", ", loaded.Classes.Take(20))}{(loaded.Classes.Count > 20 ? " …" : "")}"),
        ];
        foreach (var part in ModelParts.Of(loaded.App))
            rows.AddRange(Describe(part));
        Screen.Rows(rows);
    }

    private static IEnumerable<(string Name, string Value)> Describe(ITransformer part) => part switch
    {
        LogitNormModel model =>
        [
            ("network", $"{model.Backbone}, {model.Head}, {model.ParameterCount.ToString("N0", CultureInfo.InvariantCulture)} weights"),
            ("looks at", model.ImageShape is { } shape ? $"images of {shape}" : $"{model.FeatureCount} features"),
        ],
        TemperatureScalingTransformer scaling => [("temperature", scaling.Temperature.ToString("G4", CultureInfo.InvariantCulture))],
        OodScoreTransformer score => [("score", score.Score.ToString())],
        OodDetectorTransformer detector => [("decision", detector.Report.ToString())],
        NearestImagesTransformer nearest => [("keeps", $"{nearest.Images.Count.ToString("N0", CultureInfo.InvariantCulture)} training images")],
        _ => [("step", part.GetType().Name.Replace("Transformer", "", StringComparison.Ordinal))],
    };
}
