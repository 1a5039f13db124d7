using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Spectre.Console;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>What a run found, on the screen and as JSON.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Ratios first: they are what holds on another machine too. A column for each instruction set.</summary>
    public static void Show(IReadOnlyList<(InstructionSet Set, Findings Findings)> measured)
    {
        string[] names = [.. measured.Select(one => one.Set.Name)];
        var ratios = new Table().Title("Ratios, middle round").AddColumns(["Part", "What", .. names, "Goal", "Met"]);
        foreach (var (i, ratio) in measured[0].Findings.Ratios.Index())
        {
            Ratio[] all = [.. measured.Select(one => one.Findings.Ratios[i])];
            ratios.AddRow(
                [ratio.Part, Markup.Escape(ratio.Name), .. all.Select(one => Number(one.Median)), ratio.GoalText, string.Join(", ", all.Select(Met))]);
        }
        var figures = new Table().Title("Figures, middle round (from to)").AddColumns(["Part", "What", .. names, "Unit"]);
        foreach (var (i, series) in measured[0].Findings.Series.Index())
            figures.AddRow([series.Part, Markup.Escape(series.Name), .. measured.Select(one => Figure(one.Findings.Series[i])), series.Unit]);
        foreach (var table in new[] { ratios, figures })
            AnsiConsole.Write(table.Border(TableBorder.Simple));

        static string Met(Ratio ratio) => ratio.Met switch { true => "[green]yes[/]", false => "[red]no[/]", null => "" };

        static string Figure(Series series)
            => series.Rounds.Count == 1 ? Number(series.Median) : $"{Number(series.Median)} ({Number(series.Rounds.Min())} to {Number(series.Rounds.Max())})";
    }

    /// <summary>Writes beside the file, then puts it in its place.</summary>
    public static void Write(FileInfo file, EndToEndSettings settings, IReadOnlyList<(InstructionSet Set, Findings Findings)> measured)
    {
        file.Directory!.Create();
        var temporary = file.FullName + ".tmp";
        File.WriteAllText(temporary, JsonSerializer.Serialize(
            new
            {
                Machine = new
                {
                    Processor = Processor(),
                    Cores = Environment.ProcessorCount,
                    TorchThreads = TorchSharp.torch.get_num_threads(),
                    System = RuntimeInformation.OSDescription,
                    Framework = RuntimeInformation.FrameworkDescription,
                    TorchSharp = typeof(TorchSharp.torch).Assembly.GetName().Version!.ToString(),
                    OneDnn = OneDnn.IsAvailable,
                },
                Settings = settings,
                InstructionSets = measured.Select(one => new { one.Set.Name, one.Findings.Ratios, one.Findings.Series }),
            },
            _json));
        File.Move(temporary, file.FullName, overwrite: true);
        AnsiConsole.WriteLine($"Written: {Path.GetRelativePath(".", file.FullName)}");
    }

    private static string Number(double value) => value.ToString(value < 10 ? "0.000" : value < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture);

    private static string Processor()
    {
        const string File = "/proc/cpuinfo";
        return OperatingSystem.IsLinux()
            && System.IO.File.ReadLines(File).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOf(':') + 1)..].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();
    }
}
