using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Scores the same rows by several scores, in one pass over each set of images.</summary>
internal sealed class OodScoreComparer(IHostEnvironment env, ITransformer model, IReadOnlyList<OodScore> scores, string labelColumnName)
{
    private const string Comparison = "comparison";

    /// <summary>Compares.</summary>
    /// <param name="training">What learning scores learn from; null if none learns.</param>
    /// <param name="known">Known rows.</param>
    /// <param name="unknown">Sets of others, by name.</param>
    public OodScoreComparison Run(IDataView? training, IDataView known, IReadOnlyDictionary<string, IDataView> unknown)
    {
        TorchRuntime.EnsureAvailable(env);
        using var log = new ContextLog(env, "CompareOodScores");
        var contestants = scores.Select(score => new OodContestant(score)).ToArray();
        try
        {
            var (trainingRows, knownRows) = (training is null ? null : model.Transform(training), model.Transform(known));
            var unknownRows = unknown.Select(set => (set.Key, Rows: model.Transform(set.Value))).ToArray();
            foreach (var contestant in contestants)
                contestant.Check([knownRows.Schema, .. unknownRows.Select(set => set.Rows.Schema)], trainingRows?.Schema, labelColumnName);
            RequireAny(contestants);
            if (trainingRows is not null)
                Learn(trainingRows, contestants, log);
            RequireAny(contestants);
            var knownScores = Score("inDistribution", knownRows, contestants);
            var sets = unknownRows.Select(set => (set.Key, Scores: Score($"the set '{set.Key}' of outOfDistribution", set.Rows, contestants))).ToArray();
            return new([.. contestants
                .Select((contestant, i) => contestant.ToResult([.. sets
                    .TakeWhile(_ => contestant.Failure is null)
                    .Select(set => new OodSetResult(set.Key, OodDetectionMetrics.Compute([.. knownScores[i]], [.. set.Scores[i]])))]))
                .OrderBy(result => result.Failure is null ? result.MeanFprAt95Tpr : double.PositiveInfinity)]);
        }
        finally
        {
            foreach (var contestant in contestants)
                contestant.Dispose();
        }
    }

    // Nothing is left to compare: an error, not a table of errors.
    private static void RequireAny(OodContestant[] contestants)
    {
        if (contestants.All(contestant => contestant.Failure is not null))
            throw contestants[0].Error!;
    }

    private void Learn(IDataView training, OodContestant[] contestants, ContextLog log)
    {
        var learners = contestants.Where(contestant => contestant is { Failure: null, Score.LearnsFrom: not null }).ToArray();
        if (learners.Length == 0)
            return;
        using var scope = NewDisposeScope();
        var inputs = learners.Aggregate(OodInputs.Logits, (all, learner) => all | learner.Score.LearnsFrom!.Value);
        var source = OodSource.Find(training.Schema, inputs, Comparison, labelColumnName);
        var rows = LearnedScore.Gather(training, source, "There are no rows in trainingData. Give the rows that the network was trained on.");
        foreach (var learner in learners)
            learner.Learn(rows, source, log);
    }

    // All scores of each batch, before the next batch is read: one pass over the images, whose network is the costly part.
    private static List<float>[] Score(string name, IDataView data, OodContestant[] contestants)
    {
        var inputs = contestants.Where(contestant => contestant.Failure is null).Aggregate(OodInputs.Logits, (all, contestant) => all | contestant.Score.Needs);
        var source = OodSource.Find(data.Schema, inputs, Comparison);
        var found = contestants.Select(_ => new List<float>()).ToArray();
        using var cursor = data.GetRowCursor(source.Columns(data.Schema));
        var rows = new OodRows(cursor, source);
        var getId = cursor.GetIdGetter();
        var ids = new DataViewRowId[source.RowsPerBatch];
        long first = 0;
        while (cursor.MoveNext())
        {
            getId(ref ids[rows.Count]);
            rows.Add(cursor, data);
            if (rows.Count == source.RowsPerBatch)
                ScoreRows();
        }
        if (rows.Count > 0)
            ScoreRows();
        return first > 0 ? found : throw new ArgumentException($"There are no rows in {name}.");

        void ScoreRows()
        {
            using var scope = NewDisposeScope();
            using var networkUse = source.Network?.Enter();
            var batch = rows.ToBatch(new Dictionary<string, Tensor>());
            // A score that does not need the network is computed on the CPU, as its transformer would.
            var onCpu = batch.Logits.device_type == DeviceType.CPU ? batch : batch with { Logits = batch.Logits.cpu(), Embedding = batch.Embedding?.cpu() };
            foreach (var (i, contestant) in contestants.Index())
                found[i].AddRange(contestant.Compute(contestant.Score.Needs.HasFlag(OodInputs.Network) ? batch : onCpu, first, Describe));
            first += rows.Count;
            rows.Clear();
        }

        void Describe(Exception error, int row) => RowText.AddTo(error, ids[row], data);
    }
}
