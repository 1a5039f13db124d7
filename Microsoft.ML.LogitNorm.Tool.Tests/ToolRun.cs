using System.CommandLine;
using LogitNormTool.Commands;

namespace LogitNormTool.Tests;

/// <summary>Runs a command in this process; its screen is what comes back, so no two at once.</summary>
internal static class ToolRun
{
    public static (int Exit, string Output, string Errors) Of(string command, params string[] arguments)
    {
        var (output, errors) = (Console.Out, Console.Error);
        using var newOutput = new StringWriter();
        using var newErrors = new StringWriter();
        Console.SetOut(newOutput);
        Console.SetError(newErrors);
        Spectre.Console.AnsiConsole.Console = Spectre.Console.AnsiConsole.Create(new() { Out = new Spectre.Console.AnsiConsoleOutput(newOutput) });
        Spectre.Console.AnsiConsole.Profile.Width = 200;
        try
        {
            var exit = ToolCommand.Create().Parse([command, .. arguments]).Invoke();
            return (exit, newOutput.ToString(), newErrors.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
        }
    }
}
