using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Spectre.Console;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>What a run found, on the screen and as JSON.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Ratios first: they are what holds on another machine too.</summary>
    public static void Show(Findings findings)
    {
        var ratios = new Table().Title("Ratios, middle round").AddColumns("Part", "What", "Ratio", "Goal", "Met");
        foreach (var ratio in findings.Ratios)
            ratios.AddRow(ratio.Part, Markup.Escape(ratio.Name), Number(ratio.Median), ratio.GoalText, ratio.Met switch { true => "[green]yes[/]", false => "[red]no[/]", null => "" });
        var figures = new Table().Title("Figures").AddColumns("Part", "What", "Middle", "From", "To", "Unit");
        foreach (var series in findings.Series)
            figures.AddRow(series.Part, Markup.Escape(series.Name), Number(series.Median), Number(series.Rounds.Min()), Number(series.Rounds.Max()), series.Unit);
        foreach (var table in new[] { ratios, figures })
            AnsiConsole.Write(table.Border(TableBorder.Simple));
    }

    /// <summary>Writes beside the file, then puts it in its place.</summary>
    public static void Write(FileInfo file, EndToEndSettings settings, Findings findings)
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
                    KeepNativeMemory = !AppContext.TryGetSwitch(NativeAllocator.Switch, out var kept) || kept,
                },
                Settings = settings,
                findings.Ratios,
                findings.Series,
            },
            _json));
        File.Move(temporary, file.FullName, overwrite: true);
        AnsiConsole.WriteLine($"Written: {Path.GetRelativePath(".", file.FullName)}");
    }

    private static string Number(double value) => value.ToString(value < 10 ? "0.000" : value < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture);

    private static string Processor()
    {
        const string File = "/proc/cpuinfo";
        return OperatingSystem.IsLinux() && System.IO.File.ReadLines(File).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOf(':') + 1)..].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();
    }
}
