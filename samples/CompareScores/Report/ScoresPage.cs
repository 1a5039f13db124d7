using System.Globalization;
using System.Text;
using Microsoft.ML.LogitNorm;

namespace CompareScores.Report;

/// <summary>What <c>scores.md</c> holds: the tables, and how they were made.</summary>
internal static class ScoresPage
{
    public static string Text(Settings settings, IReadOnlyList<ModelResult> results)
    {
        var text = new StringBuilder("# Out-of-distribution scores\n\nMade by\n\n```\n").Append(settings.CommandLine).Append("\n```\n\n");
        text.Append("FPR95 / AUROC per set and their means, mean AUPR-in and AUPR-out, all in percent. "
            + "FPR95, lower is better: the share of unknown images that pass as known ")
            .Append("when 95 % of the known do. The time is a score's own, beside the network's forward pass.\n");
        foreach (var result in results)
            Append(text, settings, result);
        return text.ToString();
    }

    private static void Append(StringBuilder text, Settings settings, ModelResult result)
    {
        var (rows, calibration) = (result.Rows, result.Calibration);
        text.Append(CultureInfo.InvariantCulture, $"\n## {result.Model.Name}\n\n`{result.Model.Path}` ")
            .Append(CultureInfo.InvariantCulture, $"on {rows.Test:N0} images of known classes (`{settings.Test}`) and of others: ")
            .AppendJoin(", ", rows.Ood.Select(set => string.Create(CultureInfo.InvariantCulture, $"{set.Key} ({set.Value:N0})")))
            .Append(rows.Train is { } train
                ? string.Create(CultureInfo.InvariantCulture, $"; scores learn from {train:N0} (`{settings.Train}`).")
                : "; scores that learn are left out.")
            .Append(rows.SearchOn is { } sets
                ? string.Create(CultureInfo.InvariantCulture, $" Hyper-parameters were chosen by mean AUROC on {rows.Validation:N0} other test images and ")
                    + string.Join(", ", sets.Select(set => string.Create(CultureInfo.InvariantCulture, $"{set.Key} ({set.Value:N0})"))) + "."
                : "")
            .Append("\n\n").Append(result.Scores.ToMarkdown());
        if (result.LeftOut.Count > 0)
            text.Append("\nLeft out, as they learn: ").AppendJoin(", ", result.LeftOut).Append(".\n");
        text.Append(CultureInfo.InvariantCulture, $"\nCalibration on {calibration.Before.Count:N0} test images, ")
            .Append(CultureInfo.InvariantCulture, $"with temperature {calibration.Temperature:G4} fitted on the other {calibration.FittedOn:N0}:\n\n")
            .Append("| | ECE (%) | MCE (%) | NLL | Brier | mean confidence (%) | accuracy (%) |\n| --- | --- | --- | --- | --- | --- | --- |\n");
        Line("as trained", calibration.Before);
        Line("after temperature scaling", calibration.After);
        text.Append(CultureInfo.InvariantCulture, $"\n![Reliability diagram of {result.Model.Name}]({ReliabilityDiagram.FileName(result.Model, "svg")})\n");

        void Line(string name, CalibrationMetrics metrics) => text.Append(
            CultureInfo.InvariantCulture,
            $"| {name} | {100 * metrics.ExpectedCalibrationError:F1} | {100 * metrics.MaximumCalibrationError:F1} | {metrics.NegativeLogLikelihood:F3} | "
                + $"{metrics.BrierScore:F3} | {100 * metrics.MeanConfidence:F1} | {100 * metrics.Accuracy:F1} |\n");
    }
}
