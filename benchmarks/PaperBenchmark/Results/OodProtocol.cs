using Microsoft.ML.LogitNorm;
using PaperBenchmark.Plans;
using PaperBenchmark.Runs;
using Shared.Painting;

namespace PaperBenchmark.Results;

/// <summary>How figures are measured: the paper's way, by draws of out-of-distribution images a fifth as many as test images, or by all of them.</summary>
/// <remarks>In-distribution is positive. A set with fewer images than a draw takes is measured whole. The draws are the same for all runs and scores.</remarks>
internal sealed class OodProtocol(BenchmarkSettings settings)
{
    private readonly Dictionary<(SetScores, SetScores, string), OodFigures> _measured = [];

    /// <summary>The protocol in a sentence, for captions.</summary>
    public string Text => settings.AllOod
        ? "All images of each out-of-distribution set."
        : "The paper's protocol: of each out-of-distribution set as many images as a fifth of the test set has, "
            + $"mean over {settings.Draws} draws; smaller sets whole.";

    /// <summary>Measures a score on one out-of-distribution set.</summary>
    /// <param name="run">The run.</param>
    /// <param name="set">The name of the out-of-distribution set.</param>
    /// <param name="score">The score, with its hyper-parameters.</param>
    /// <returns>Null if the run has no such set, or not this score.</returns>
    public OodFigures? Measure(RunResult run, string set, string score)
    {
        if (!run.Ood.TryGetValue(set, out var unknown)
            || !unknown.Scores.TryGetValue(score, out var outside)
            || !run.Test.Scores.TryGetValue(score, out var inside))
            return null;
        var key = (run.Test, unknown, score);
        if (!_measured.TryGetValue(key, out var figures))
            _measured[key] = figures = OodFigures.Mean([.. Draws(outside, run.Test.Count / 5).Select(draw => Measure(inside, draw))]);
        return figures;
    }

    /// <summary>The mean over all out-of-distribution sets that the run has.</summary>
    /// <returns>Null if the run does not have this score.</returns>
    public OodFigures? Mean(RunResult run, string score)
    {
        var sets = run.Ood.Keys.Select(set => Measure(run, set, score)).OfType<OodFigures>().ToArray();
        return sets.Length > 0 ? OodFigures.Mean(sets) : null;
    }

    private IEnumerable<float[]> Draws(float[] scores, int size)
        => settings.AllOod || scores.Length <= size ? [scores] : Enumerable.Range(1, settings.Draws).Select(draw => Draw(scores, size, draw));

    private static float[] Draw(float[] scores, int size, int draw)
    {
        var random = new SeededRandom(draw, "ood");
        var left = (float[])scores.Clone();
        for (var i = 0; i < size; i++)   // the first steps of a shuffle
        {
            var other = i + random.Below(left.Length - i);
            (left[i], left[other]) = (left[other], left[i]);
        }
        return left[..size];
    }

    private static OodFigures Measure(float[] known, float[] unknown)
    {
        var metrics = OodDetectionMetrics.Compute(known, unknown);
        return new(metrics.FprAt95Tpr, metrics.Auroc, metrics.AuprIn);
    }
}
