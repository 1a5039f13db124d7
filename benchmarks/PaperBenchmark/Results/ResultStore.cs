using PaperBenchmark.Plans;
using PaperBenchmark.Runs;

namespace PaperBenchmark.Results;

/// <summary>Finished runs, read from their folders. Needs neither images nor networks.</summary>
internal sealed class ResultStore(BenchmarkSettings settings)
{
    private readonly Dictionary<string, RunResult?> _results = [];

    /// <summary>The result of a run; null if it is not trained or not evaluated yet.</summary>
    public RunResult? Find(RunOptions run)
    {
        if (!_results.TryGetValue(run.Hash, out var result))
            _results[run.Hash] = result = Read(run, RunFolder.Of(settings.Output, run));
        return result;
    }

    /// <summary>Why there is no result, for a note.</summary>
    public string Gap(RunOptions run)
    {
        var folder = RunFolder.Of(settings.Output, run);
        return folder.ReadDiverged() is { } diverged ? $"{run}: training diverged. {diverged.Message}"
            : folder.IsTrained ? $"{run}: trained, but not evaluated yet."
            : $"{run}: not trained yet.";
    }

    private static RunResult? Read(RunOptions run, RunFolder folder)
    {
        var sets = folder.ReadEvaluation().Sets;
        return folder.ReadTrained() is { } trained && sets.Any(set => set.Name == RunEvaluator.TestSet) && sets.Count > 1
            ? new(run, folder, trained, EpochLog.Read(folder.Epochs), SetScores.Read(folder.Scores(RunEvaluator.TestSet)),
                sets.Where(set => set.Name != RunEvaluator.TestSet)
                    .OrderBy(set => set.Name, StringComparer.Ordinal)
                    .ToDictionary(set => set.Name, set => SetScores.Read(folder.Scores(set.Name))))
            : null;
    }
}
