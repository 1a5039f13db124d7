using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Microsoft.ML.LogitNorm.Benchmarks.Drift;

/// <summary>The command <c>drift</c>: false alarms in simulated quiet weeks; and how many images of QuickStart's model it takes to notice a change.</summary>
internal static class DriftCommand
{
    public const string Name = "drift";

    private const int Before = 1_000, Pool = 8_000, Changed = 2_000, Streams = 200, Calibrations = 50;

    private static readonly int[] _rows = [50, 200, 3_200];

    public static System.CommandLine.Command Create()
    {
        var output = new Argument<string?>("QUICKSTART")
        {
            Description = "QuickStart's output folder: its model.zip scores changed road signs, painted there. Without it weeks are simulated.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var weeks = CountOption.Create("--weeks", "How many quiet weeks are simulated.", 1_000);
        var images = CountOption.Create("--images", "Images of each week.", 10_000);
        var command = new System.CommandLine.Command(Name, "Counts a drift detector's false alarms in quiet weeks, and the images until it notices a change.")
        {
            output, weeks, images,
        };
        command.SetAction(result =>
        {
            ShowWeeks(result.GetValue(weeks), result.GetValue(images));
            if (result.GetValue(output) is { } folder)
                ShowChanges(folder);
        });
        return command;
    }

    private static void ShowWeeks(int weeks, int images)
    {
        var each = Math.Max(1, weeks / Calibrations);
        var table = new Table().Border(TableBorder.Markdown).AddColumns(
            "calibration rows", "promised (%)", "weeks with an alarm, each after its own calibration (%)",
            $"alarms a week, {each} weeks after each of {Calibrations} calibrations (%)", "the same, p-values taken for uniform (%)");
        foreach (var rows in _rows)
            foreach (var promised in (double[])[0.01, 0.05])
            {
                var options = new DriftDetector.Options { FalseAlarms = promised, OverImages = images };
                table.AddRow(
                    Text(rows), Share(promised), Share((double)QuietWeeks.WithAnAlarm(weeks, images, rows, options) / weeks),
                    PerWeek(calibration => QuietWeeks.Alarms(each, images, rows, options, calibration)),
                    PerWeek(calibration => QuietWeeks.AlarmsIfTakenForUniform(each, images, rows, options, calibration)));
            }
        AnsiConsole.Write(table);

        string PerWeek(Func<int, int> alarms)
            => Share(Enumerable.Range(0, Calibrations).AsParallel().Sum(alarms) / (double)(each * Calibrations));
    }

    private static void ShowChanges(string folder)
    {
        var ml = new MLContext();
        var model = ml.Model.Load(Path.Combine(folder, "model.zip"), out _);
        using var owned = model as IDisposable;
        var pictures = new SignImages(model, ml, Path.Combine(folder, "pictures-drift"));
        var quiet = pictures.Scores(0, Pool);
        var readers = _rows.Select(rows => new Noticing(quiet, rows, Before)).ToArray();

        var alarms = new Table().Border(TableBorder.Markdown).AddColumns("calibration rows", "quiet images", "promised (%)", "streams with an alarm (%)");
        foreach (var (rows, reader) in _rows.Zip(readers))
        {
            var options = new DriftDetector.Options { FalseAlarms = 0.05, OverImages = Pool - rows };
            alarms.AddRow(Text(rows), Text(Pool - rows), Share(options.FalseAlarms), Share(reader.FalseAlarms(1_000, options) / 1_000.0));
        }
        AnsiConsole.Write(alarms);

        var table = new Table().Border(TableBorder.Markdown)
            .AddColumns(
            [
                "change", "share of the images (%)", "called none of the classes (%)",
                .. _rows.Select(rows => $"noticed after, {Text(rows)} calibration rows"),
            ]);
        for (var change = 1; change < SignImages.Changes.Count; change++)
        {
            var changed = pictures.Scores(change, Changed);
            var isNewKind = change == SignImages.Changes.Count - 1;
            foreach (var share in isNewKind ? (double[])[1, 0.2, 0.05] : [1])
                table.AddRow([
                    SignImages.Changes[change].Name, Share(share), Share(readers[0].CalledOut(changed)),
                    .. readers.Select(reader => Quantiles(reader.Images(changed, share, Streams)))]);
        }
        AnsiConsole.Write(table);
    }

    // Median and the 90 % quantile; streams without an alarm count as longer than all.
    private static string Quantiles(int?[] images)
    {
        var sorted = images.Select(number => number ?? int.MaxValue).Order().ToArray();
        return $"{Quantile(0.5)} ({Quantile(0.9)})";

        string Quantile(double share) => sorted[(int)(share * (sorted.Length - 1))] is var number && number < int.MaxValue ? Text(number) : "not noticed";
    }

    private static string Text(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Share(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
}
