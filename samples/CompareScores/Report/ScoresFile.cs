using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.LogitNorm;
using Shared.Files;
using Shared.Images;

namespace CompareScores.Report;

/// <summary>
/// What <c>scores.json</c> holds: every figure of a run, as fractions, for programs to read. Names are those of QuickStart's <c>result.json</c>.
/// </summary>
internal sealed record ScoresFile(string CommandLine, IReadOnlyList<ModelFigures> Models)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
    };

    public static ScoresFile From(Settings settings, IEnumerable<ModelResult> results) => new(settings.CommandLine, [.. results.Select(ModelFigures.From)]);

    public void Write(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, Json));

    /// <exception cref="JsonException">The file is not of this kind.</exception>
    public static ScoresFile Read(string path)
        => JsonSerializer.Deserialize<ScoresFile>(File.ReadAllText(path), Json) ?? throw new JsonException($"'{path}' holds null.");
}

/// <summary>One model's figures.</summary>
internal sealed record ModelFigures(
    string Name, string Path, RowCounts Rows, IReadOnlyList<ScoreFigures> Scores, IReadOnlyList<string> LeftOut, CalibrationResult Calibration)
{
    public static ModelFigures From(ModelResult result)
        => new(result.Model.Name, result.Model.Path, result.Rows, [.. result.Scores.Results.Select(ScoreFigures.From)], result.LeftOut, result.Calibration);
}

/// <summary>One score's figures; without sets and means, but with <paramref name="Failure"/>, if it could not be computed.</summary>
/// <param name="Score">Name and hyper-parameters.</param>
/// <param name="SettingsTried">How many settings the hyper-parameters were chosen from; null if they were not.</param>
/// <param name="SearchAuroc">Mean AUROC of the chosen one on the sets of the search; null if there was none.</param>
internal sealed record ScoreFigures(
    string Name, string Score, string? Failure, double? MeanFprAt95Tpr, double? MeanAuroc, double? MillisecondsPer1000Rows, IReadOnlyList<SetFigures> Ood,
    int? SettingsTried = null, double? SearchAuroc = null)
{
    public static ScoreFigures From(OodScoreResult result)
        => new(
            result.Score!.Name, result.Name, result.Failure,
            Number(result.MeanFprAt95Tpr), Number(result.MeanAuroc), Number(result.MillisecondsPer1000Rows),
            [.. result.Sets.Select(set => new SetFigures(
                set.Name, set.Metrics.OutOfDistributionCount, set.Metrics.FprAt95Tpr, set.Metrics.Auroc, set.Metrics.AuprIn, set.Metrics.AuprOut))],
            result.Search?.Settings.Count, result.Search?.Settings[0].MeanAuroc is { } auroc ? Number(auroc) : null);

    private static double? Number(double value) => double.IsFinite(value) ? value : null;   // JSON has no NaN
}

/// <summary>How well the test images and one set of images of unknown classes are told apart.</summary>
internal sealed record SetFigures(string Name, int Rows, double FprAt95Tpr, double Auroc, double AuprIn, double AuprOut);
