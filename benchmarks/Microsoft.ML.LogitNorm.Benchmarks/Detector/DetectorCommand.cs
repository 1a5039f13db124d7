using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Microsoft.ML.LogitNorm.Benchmarks.Detector;

/// <summary>The command <c>detector</c>: calibrates over and over, and counts how often the true rate of false alarms passes the one asked for.</summary>
/// <remarks>
/// Scores of class c are uniform in [c / 10, 1 + c / 10], so that the true rate above a threshold is known and no rows have to be drawn to estimate it.
/// </remarks>
internal static class DetectorCommand
{
    public const string Name = "detector";

    private const double Rate = 0.05;
    private const double Shift = 0.1;   // between the scores of a class and the next

    public static System.CommandLine.Command Create()
    {
        var draws = CountOption.Create("--draws", "How many calibrations are simulated.", 2_000);
        var rows = CountOption.Create("--rows", "Calibration rows of each of them.", 200);
        var command = new System.CommandLine.Command(Name, "Simulates what the detector promises: how often its true rate passes the one asked for.")
        {
            draws, rows,
        };
        command.SetAction(result => Show(result.GetValue(draws), result.GetValue(rows)));
        return command;
    }

    private static void Show(int draws, int rows)
    {
        var table = new Table().Border(TableBorder.Markdown)
            .AddColumns(
                "classes", "rows of each", "threshold", "confidence",
                "mean rate (%)", "rate of the hardest class (%)", "above 5 %, of all (%)", "above 5 %, of each class (%)");
        foreach (var (classes, perClass) in ((int, bool)[])[(1, false), (4, false), (4, true)])
            foreach (var confidence in (double?[])[null, 0.9])
                table.AddRow([.. Line(draws, rows, classes, perClass, confidence)]);
        AnsiConsole.Write(table);
    }

    private static IEnumerable<string> Line(int draws, int rows, int classes, bool perClass, double? confidence)
    {
        var ml = new MLContext();
        var random = new Random(1);
        var rates = Enumerable.Range(0, draws).Select(_ => TrueRates(ml, random, rows, classes, perClass, confidence)).ToArray();   // [draws][classes]
        return
        [
            Whole(classes), Whole(rows / classes), perClass ? "per class" : "one", confidence?.ToString(CultureInfo.InvariantCulture) ?? "–",
            Percent(rates.Average(draw => draw.Average())), Percent(rates.Average(draw => draw[^1])),
            Percent(rates.Average(draw => Passes(draw.Average()))),
            string.Join(", ", Enumerable.Range(0, classes).Select(i => Percent(rates.Average(draw => Passes(draw[i]))))),
        ];

        static double Passes(double rate) => rate > Rate ? 1 : 0;

        static string Whole(int number) => number.ToString(CultureInfo.InvariantCulture);

        static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
    }

    private static double[] TrueRates(MLContext ml, Random random, int rows, int classes, bool perClass, double? confidence)
    {
        var calibration = ml.Data.LoadFromEnumerable(Enumerable.Range(0, rows)
            .Select(i => new ScoredRow { OodScore = (float)(random.NextDouble() + Shift * (i % classes)), PredictedLabel = (uint)(i % classes) })
            .ToArray());
        var detector = ml.Transforms.OodDetector(Rate, confidence: confidence, perClass: perClass && classes > 1).Fit(calibration);
        var thresholds = detector.Report.Thresholds;
        return [.. Enumerable.Range(0, classes).Select(i => Math.Clamp(1 + Shift * i - thresholds[thresholds.Count > 1 ? i : 0].Threshold, 0, 1))];
    }
}
