using PaperBenchmark.Plans;

namespace PaperBenchmark.Commands;

/// <summary>Commands as the user would type them, for errors and for the report.</summary>
internal static class CommandText
{
    /// <summary>A command with the options that this run was started with.</summary>
    public static string Of(string command, BenchmarkSettings settings)
        => $"dotnet run --project benchmarks/PaperBenchmark -c Release -- {command} {settings.CommandLine}".TrimEnd();

    /// <summary>The command that fetches data sets.</summary>
    public static string Download(IEnumerable<string> sets, string root)
        => $"dotnet run --project benchmarks/PaperBenchmark -c Release -- download {string.Join(' ', sets)} --data-root {root}";
}
