using System.Diagnostics;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Scores the same rows by several scores, in one pass over each set of images.</summary>
internal sealed class OodScoreComparer(IHostEnvironment env, ITransformer model, IReadOnlyList<OodScore> scores, string labelColumnName)
{
    private const string Role = "comparison";

    /// <summary>Rows scored at once where no score looks at the image itself; as in a transformer.</summary>
    private const int RowsAtOnce = 128;

    /// <summary>Compares.</summary>
    /// <param name="training">What learning scores learn from; null if none learns.</param>
    /// <param name="known">Known rows.</param>
    /// <param name="unknown">Sets of others, by name.</param>
    public OodScoreComparison Run(IDataView? training, IDataView known, IReadOnlyDictionary<string, IDataView> unknown)
    {
        TorchRuntime.EnsureAvailable(env);
        var contestants = scores.Select(score => new Contestant(score)).ToArray();
        try
        {
            if (training is not null)
                Learn(model.Transform(training), contestants);
            var knownScores = Score(known, contestants);
            var sets = unknown.Select(set => (set.Key, Scores: Score(set.Value, contestants))).ToArray();
            return new([.. contestants
                .Select((contestant, i) => new OodScoreResult
                {
                    Score = contestant.Score,
                    Failure = contestant.Failure,
                    MillisecondsPer1000Rows = contestant.MillisecondsPer1000Rows,
                    Sets = contestant.Failure is null ? [.. sets.Select(set => new OodSetResult(set.Key, OodDetectionMetrics.Compute([.. knownScores[i]], [.. set.Scores[i]])))] : [],
                })
                .OrderBy(result => result.Failure is null ? result.MeanFprAt95Tpr : double.PositiveInfinity)]);
        }
        finally
        {
            foreach (var contestant in contestants)
                contestant.Dispose();
        }
    }

    private void Learn(IDataView training, Contestant[] contestants)
    {
        var learners = contestants.Where(contestant => contestant.Score.LearnsFrom is not null).ToArray();
        if (learners.Length == 0)
            return;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var inputs = learners.Aggregate(OodInputs.Logits, (all, learner) => all | learner.Score.LearnsFrom!.Value);
        var source = OodSource.Find(training.Schema, inputs, Role, labelColumnName);
        var rows = LearnedScore.Gather(training, source, Role);
        foreach (var learner in learners)
            learner.Learn(rows, source);
    }

    // All scores of each batch, before the next batch is read: one pass over the images, whose network is the costly part.
    private List<float>[] Score(IDataView images, Contestant[] contestants)
    {
        var data = model.Transform(images);
        var running = contestants.Where(contestant => contestant.Failure is null).ToArray();
        var inputs = running.Aggregate(OodInputs.Logits, (all, contestant) => all | contestant.Score.Needs);
        var source = OodSource.Find(data.Schema, inputs, Role);
        var found = contestants.Select(_ => new List<float>()).ToArray();
        using var cursor = data.GetRowCursor(source.Columns(data.Schema));
        var rows = new OodRows(cursor, source);
        var capacity = source.Image?.RowsPerBatch ?? RowsAtOnce;
        long first = 0;
        while (cursor.MoveNext())
        {
            rows.Add(cursor.Position);
            if (rows.Count == capacity)
                Flush();
        }
        if (rows.Count > 0)
            Flush();
        return found;

        void Flush()
        {
            using var scope = NewDisposeScope();
            using var networkUse = source.Network?.Enter();
            var batch = rows.ToBatch(new Dictionary<string, Tensor>());
            for (var i = 0; i < contestants.Length; i++)
                if (contestants[i].Failure is null)
                    found[i].AddRange(contestants[i].Compute(batch, first));
            first += rows.Count;
            rows.Clear();
        }
    }

    private sealed class Contestant(OodScore score) : IDisposable
    {
        private IReadOnlyDictionary<string, Tensor> _learned = new Dictionary<string, Tensor>();
        private TimeSpan _elapsed;
        private long _rows;

        public OodScore Score => score;

        public string? Failure { get; private set; }

        public double MillisecondsPer1000Rows => _rows == 0 ? double.NaN : _elapsed.TotalMilliseconds * 1000 / _rows;

        // A score that cannot learn from these rows says why in the table; it is no reason to lose the others.
        public void Learn(OodBatch rows, OodSource source)
        {
            try
            {
                using var scope = NewDisposeScope();
                var learned = LearnedScore.From(score, rows, source).Tensors;
                _learned = learned.ToDictionary(pair => pair.Key, pair => pair.Value.to(rows.Logits.device, disposeAfter: true).DetachFromDisposeScope());
            }
            catch (InvalidOperationException e)
            {
                Failure = e.Message;
            }
        }

        public float[] Compute(OodBatch batch, long first)
        {
            batch = batch with { Learned = _learned };
            if (_rows == 0)
                score.Compute(batch);   // what a first call sets up is not the score's cost
            var start = Stopwatch.GetTimestamp();
            var scores = score.Compute(batch);
            _elapsed += Stopwatch.GetElapsedTime(start);
            _rows += scores.Length;
            if (Array.FindIndex(scores, value => !float.IsFinite(value)) is >= 0 and var row)
                throw RowError.Naming(first + row, $"The score {score.Name} of row {first + row} (counted from 0) is {scores[row]}: its logits or embedding are too large for it.");
            return scores;
        }

        public void Dispose()
        {
            foreach (var tensor in _learned.Values)
                tensor.Dispose();
        }
    }
}
