using System.Diagnostics;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Waits that end: what a regression leaves waiting for ever fails after a while instead.</summary>
internal static class InTime
{
    /// <summary>Reached only by a test that hangs.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>What is computed on another thread, or an error if it takes too long.</summary>
    public static T Result<T>(Func<T> compute) => Result(Task.Run(compute));

    /// <inheritdoc cref="Result{T}(Func{T})"/>
    public static T Result<T>(Task<T> task)
    {
        End(task);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Waits for the end of a task, however it ends.</summary>
    public static void End(Task task)
    {
        if (Task.WaitAny([task], Limit) < 0)
            throw new AssertionException($"It has not ended in {Limit.TotalSeconds:F0} s.");
    }

    /// <summary>Waits until something is so.</summary>
    public static void Until(Func<bool> condition)
        => Assert.That(SpinWait.SpinUntil(condition, Limit), Is.True, $"It has not come to this in {Limit.TotalSeconds:F0} s.");

    /// <summary>Rows without an end, for a reader that must stop; one that does not gets an error instead of ever more of them.</summary>
    /// <param name="row">Makes a row of its number.</param>
    /// <param name="stop">Called once a thousand have been read.</param>
    public static IEnumerable<T> Endless<T>(Func<int, T> row, Action stop)
    {
        for (var i = 0; i < 200_000; i++)
        {
            if (i == 1000)
                stop();
            yield return row(i);
        }

        throw new AssertionException("The rows are still read, long after that should have stopped.");
    }

    /// <summary>A process of the .NET that the tests run on.</summary>
    public static ProcessStartInfo DotNet(params string[] arguments)
        => new(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", arguments);

    /// <summary>Runs a process to its end; one that does not come to it is killed.</summary>
    public static (int ExitCode, string Output, string Error) Run(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new AssertionException($"The process has not ended in {Limit.TotalSeconds:F0} s. {Result(error)}{Result(output)}");
        }

        return (process.ExitCode, Result(output), Result(error));
    }
}
