using PaperBenchmark.Commands;
using Spectre.Console;

// A file has no width to wrap lines at.
if (Console.IsOutputRedirected)
    AnsiConsole.Profile.Width = 250;
return await BenchmarkCommand.Create().Parse(args).InvokeAsync();
