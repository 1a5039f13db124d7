using System.Diagnostics;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>One score in a comparison: what it has learned, how long it has taken, and why it is out, if it is. It leaves the others alone.</summary>
/// <remarks>
/// Only an <see cref="OodScoreException"/> puts a score out while it learns or scores: any other error is not about the score, and ends the comparison.
/// </remarks>
internal sealed class OodContestant(OodScore score) : IDisposable
{
    private readonly List<double> _millisecondsPerRow = [];   // one for each batch
    private LearnedScore _learned = new(score, new Dictionary<string, Tensor>(), null);

    public OodScore Score => score;

    /// <summary>What it was chosen from; null where nothing was.</summary>
    public OodSearchResult? Search { get; set; }

    /// <summary>What put the score out; null while it takes part.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Why, in a line: without the parameter's name that .NET appends to the messages of schema errors, and without libtorch's trace.</summary>
    public string? Failure
        => (Error is ArgumentException { ParamName: { } name }
            ? Error.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
            : Error?.Message)?.Split('\n')[0].TrimEnd();

    /// <summary>Puts the score out if a column or the network that it needs is not there.</summary>
    /// <param name="sets">The schemas of all rows to score.</param>
    /// <param name="training">The schema of the rows to learn from; null if there are none.</param>
    /// <param name="columns">The columns' names.</param>
    public void Check(IEnumerable<DataViewSchema> sets, DataViewSchema? training, OodColumns columns)
    {
        try
        {
            foreach (var schema in sets)
                OodSource.Find(schema, score.Needs, $"score {score.Name}", columns);
            if (score.LearnsFrom is { } inputs)
                OodSource.Find(training!, inputs, $"score {score.Name}", columns);
        }
        catch (ArgumentOutOfRangeException e)
        {
            Error = e;
        }
    }

    /// <summary>Learns, or puts the score out if it cannot.</summary>
    public void Learn(OodBatch rows, OodBatch? heldOut, OodSource source, ContextLog log)
    {
        try
        {
            _learned = LearnedScore.From(score, rows, heldOut, source, log);
        }
        catch (OodScoreException e)
        {
            Error = e;
        }
    }

    /// <summary>Scores rows, or puts the score out if it cannot; then and later it gives none.</summary>
    /// <param name="batch">The rows, on the device that the score is computed on.</param>
    /// <param name="numbers">Their numbers, for messages.</param>
    /// <param name="describe">Adds to an error what tells its row, which is counted within the batch, from others.</param>
    public float[] Compute(OodBatch batch, IReadOnlyList<long> numbers, Action<Exception, int> describe)
    {
        if (Error is not null)
            return [];
        try
        {
            batch = batch with { Learned = _learned.On(batch.Device) };
            if (_millisecondsPerRow.Count == 0)
                score.Compute(batch);   // what a first call sets up is not the score's cost
            var start = Stopwatch.GetTimestamp();
            var scores = score.Compute(batch);
            _millisecondsPerRow.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / scores.Length);
            if (Array.FindIndex(scores, value => !float.IsFinite(value)) is >= 0 and var row)
            {
                var error = new OodScoreException(score.NotFinite(numbers[row], scores[row]), numbers[row]);
                describe(error, row);
                throw error;
            }
            return scores;
        }
        catch (OodScoreException e)
        {
            Error = e;
            return [];
        }
    }

    /// <summary>Its line, yet without figures.</summary>
    public OodScoreResult ToResult() => new()
    {
        Name = score.ToString(),
        Score = score,
        Search = Search,
        Sets = [],
        MillisecondsPer1000Rows = Error is null ? 1000 * Median(_millisecondsPerRow) : double.NaN,
        Failure = Failure,
    };

    public void Dispose() => _learned.Dispose();

    // Not the mean: in some batches torch's threads wait for a core that decodes images.
    private static double Median(List<double> values) => values.Count > 0 ? values.Order().ElementAt(values.Count / 2) : double.NaN;
}
