namespace PaperBenchmark.Runs;

/// <summary>Is told how the runs go.</summary>
internal interface IRunWatcher
{
    /// <summary>A training begins, or goes on after a stop.</summary>
    void Training(RunOptions run, RunFolder folder, int epochsDone);

    void Epoch(RunOptions run, EpochLine line);

    /// <summary>A training came to values that are not finite, and is given up.</summary>
    void Diverged(RunOptions run, string reason);

    /// <summary>Another process works on the run.</summary>
    void Busy(RunOptions run);

    /// <summary>The images of a set are being scored.</summary>
    void Scoring(RunOptions run, string set, int images);
}
