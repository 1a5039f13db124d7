namespace Shared.CommandLine;

/// <summary>Runs what a command line asks for, and turns how it ends into an exit code.</summary>
public static class CommandJob
{
    private const int Failed = 1;
    private const int Interrupted = 130;   // what shells expect of a program that Ctrl-C ended

    /// <summary>Runs the job on a thread of its own, so that Ctrl-C ends the program within seconds even where something does not look at the token.</summary>
    /// <param name="job">The job.</param>
    /// <param name="stopped">Says that the user has stopped it.</param>
    /// <param name="failed">Says what the user can fix. Anything else is a mistake in the program, and leaves it with its stack trace.</param>
    /// <param name="cancellation">Ctrl-C.</param>
    public static Task<int> Run(Action job, Action stopped, Action<Exception> failed, CancellationToken cancellation) => Task.Run(() =>
    {
        try
        {
            job();
            return 0;
        }
        catch (Exception e) when (cancellation.IsCancellationRequested && e.GetBaseException() is OperationCanceledException)
        {
            // The base exception tells: a data view wraps what its rows throw.
            stopped();
            return Interrupted;
        }
        catch (Exception e) when (UsersToFix(e) is { } fault)
        {
            failed(fault);
            return Failed;
        }
    }, CancellationToken.None);

    // What several threads threw comes as a whole; the first of it says what is wrong.
    private static Exception? UsersToFix(Exception e) => e switch
    {
        AggregateException { InnerExceptions: [var first, ..] } => UsersToFix(first),
        InputException or ArgumentException or InvalidOperationException or IOException or InvalidDataException or UnauthorizedAccessException
            or DllNotFoundException => e,
        _ => null,
    };
}
