using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Scores the same rows by several scores, in one pass over each set.</summary>
internal sealed class OodScoreComparer(IHostEnvironment env, ITransformer model, IReadOnlyList<OodScore> scores, OodScoreComparison.Options options)
{
    private const string Comparison = "comparison", InDistribution = "in-distribution", Validation = "validation in-distribution";

    private readonly OodColumns _columns = new(
        options.LogitsColumnName, options.EmbeddingColumnName, options.LayerStatisticsColumnName, options.LabelColumnName);

    /// <summary>Compares.</summary>
    /// <param name="known">In-distribution rows.</param>
    /// <param name="unknown">Sets of others, by name.</param>
    public OodScoreComparison Run(IDataView known, IReadOnlyDictionary<string, IDataView> unknown)
        => HostCancellation.Run(env, options.CancellationToken, cancellation => Run(known, unknown, cancellation));

    private OodScoreComparison Run(IDataView known, IReadOnlyDictionary<string, IDataView> unknown, CancellationToken cancellation)
    {
        TorchRuntime.EnsureAvailable(env);
        using var log = new ContextLog(env, "CompareOodScores");
        var contestants = scores.Select(score => new OodContestant(score)).ToArray();
        try
        {
            var training = options.TrainingData is { } rows ? model.Transform(rows) : null;
            var sets = Sets("outOfDistribution", InDistribution, known, unknown);
            var searched = options.Search is { } search
                ? Sets($"{nameof(OodScoreSearch.OutOfDistribution)} of the search", Validation, search.InDistribution, search.OutOfDistribution)
                : [];
            var heldOut = options.HeldOutData is { } unseen && scores.Any(score => score.RanksRows) ? model.Transform(unseen) : null;
            foreach (var contestant in contestants)
                contestant.Check(
                    searched.Concat(sets).Select(set => set.Rows.Schema).Concat(contestant.Score.RanksRows && heldOut is not null ? [heldOut.Schema] : []),
                    training?.Schema,
                    _columns);
            foreach (var set in sets)
                foreach (var column in options.ScoreColumnNames)
                    ScoreColumn.Find(set.Rows.Schema, column);
            RequireAny(contestants);
            var learns = training is not null && contestants.Any(contestant => contestant is { Failure: null, Score.Learns: true });
            var (before, count) = (0, sets.Length + searched.Length + (learns ? 1 : 0));
            if (learns)
                Learn(training!, heldOut, contestants, Next(), log);
            RequireAny(contestants);
            var compared = searched.Length == 0 ? contestants : Choose(contestants, searched, Next, log);
            RequireAny(compared);
            var found = sets.Select(set => Score(set, compared, options.ScoreColumnNames, Next(), log)).ToArray();
            return new([.. compared
                .Select((contestant, i) => Result(contestant.ToResult(), i))
                .Concat(options.ScoreColumnNames.Select((column, i) => Result(
                    new() { Name = column, Sets = [], MillisecondsPer1000Rows = 0 }, compared.Length + i)))
                .OrderBy(result => result.Failure is null ? result.MeanFprAt95Tpr : double.PositiveInfinity)]);

            Pace Next() => new(count, options, cancellation, before++);

            OodScoreResult Result(OodScoreResult result, int i)
            {
                if (result.Failure is not null)
                    return result;
                var known = Widened(found[0][i]);   // one list for all sets
                return result with
                {
                    InDistributionScores = options.KeepRowScores ? found[0][i] : null,
                    Sets = [.. sets.Skip(1).Select((set, number) => Figures(set.Name, known, found[number + 1][i]))],
                };
            }
        }
        finally
        {
            foreach (var contestant in contestants)
                contestant.Dispose();
        }
    }

    // The in-distribution rows come first.
    private RowSet[] Sets(string role, string knownName, IDataView known, IReadOnlyDictionary<string, IDataView> unknown) =>
    [
        new(knownName, knownName == InDistribution ? "inDistribution" : $"{nameof(OodScoreSearch.InDistribution)} of the search", model.Transform(known)),
        .. unknown.Select(set => new RowSet(set.Key, $"the set '{set.Key}' of {role}", model.Transform(set.Value))),
    ];

    private OodContestant[] Choose(OodContestant[] contestants, RowSet[] sets, Func<Pace> next, ContextLog log)
    {
        var found = sets.Select(set => Score(set, contestants, [], next(), log)).ToArray();
        var best = SettingChoice.Best(contestants, [.. sets.Skip(1).Select(set => set.Name)], found[0], found[1..]);
        foreach (var other in contestants.Except(best))
            other.Dispose();   // their banks are not needed any more
        return best;
    }

    private static ValueList<double> Widened(List<float> scores) => [.. scores.Select(score => (double)score)];

    private OodSetResult Figures(string set, ValueList<double> known, List<float> unknown)
    {
        var metrics = OodDetectionMetrics.ComputeOf(known, Widened(unknown));
        return options.KeepRowScores ? new(set, metrics) { Scores = unknown } : new(set, metrics.WithoutCurves());
    }

    // Nothing is left to compare: an error, not a table of errors.
    private void RequireAny(OodContestant[] contestants)
    {
        if (options.ScoreColumnNames.Count == 0 && contestants.All(contestant => contestant.Failure is not null))
            throw contestants[0].Error!;
    }

    private void Learn(IDataView training, IDataView? heldOutRows, OodContestant[] contestants, Pace pace, ContextLog log)
    {
        var learners = contestants.Where(contestant => contestant is { Failure: null, Score.LearnsFrom: not null }).ToArray();
        using var scope = NewDisposeScope();
        var inputs = learners.Aggregate(default(OodInputs), (all, learner) => all | learner.Score.LearnsFrom!.Value);
        var source = OodSource.Find(training.Schema, inputs, Comparison, _columns);
        var rowCount = training.GetRowCount();
        var rows = LearnedScore.Gather(
            training, source, "There are no rows in TrainingData. Give the rows that the network was trained on.",
            log, pace.Cancellation, read => pace.Report("training data", read, rowCount));
        var needs = learners.Where(learner => learner.Score.RanksRows).Aggregate(default(OodInputs), (all, learner) => all | learner.Score.Needs);
        OodBatch? heldOut = heldOutRows is not null && needs != default
            ? LearnedScore.HeldOut(heldOutRows, needs, Comparison, _columns, log, pace.Cancellation)
            : null;
        foreach (var learner in learners)
        {
            pace.Check();
            learner.Learn(rows, heldOut, source, log);
        }
    }

    // All scores of each batch, before the next batch is read: one pass over the rows, whose network is the costly part.
    private List<float>[] Score(RowSet set, OodContestant[] contestants, IReadOnlyList<string> scoreColumnNames, Pace pace, ContextLog log)
    {
        var (name, data) = (set.Name, set.Rows);
        var inputs = contestants.Where(contestant => contestant.Failure is null)
            .Aggregate(default(OodInputs), (all, contestant) => all | contestant.Score.Needs);
        var source = OodSource.Find(data.Schema, inputs, Comparison, _columns);
        DataViewSchema.Column[] scoreColumns = [.. scoreColumnNames.Select(column => ScoreColumn.Find(data.Schema, column))];
        var found = Enumerable.Range(0, contestants.Length + scoreColumns.Length).Select(_ => new List<float>()).ToArray();
        var rowCount = data.GetRowCount();
        DataViewSchema.Column[] made = [.. source.Vectors, .. scoreColumns];
        using var cursor = data.GetRowCursor(source.Columns(data.Schema).Concat(scoreColumns).Concat(LeftOutRows.Columns(data.Schema, made)));
        ValueGetter<float>[] getters = [.. scoreColumns.Select(column => cursor.GetGetter<float>(column))];
        var values = new float[getters.Length];
        var rows = new OodRows(cursor, source);
        var getId = cursor.GetIdGetter();
        var leftOut = new LeftOutRows(cursor, made);
        var (ids, numbers) = (new DataViewRowId[source.RowsPerBatch], new long[source.RowsPerBatch]);
        long first = 0;
        while (cursor.MoveNext())
        {
            pace.Check();
            getId(ref ids[rows.Count]);
            numbers[rows.Count] = cursor.Position;
            if (leftOut.IsToldBeside || !ReadColumns() || !rows.Add(cursor, data))
            {
                leftOut.Add(cursor.Position);
                continue;
            }
            foreach (var (i, value) in values.Index())
                found[contestants.Length + i].Add(value);
            if (rows.Count == source.RowsPerBatch)
                ScoreRows();
        }
        if (rows.Count > 0)
            ScoreRows();
        if (first == 0)
            throw new ArgumentException(
                LeftOutRows.NothingLeft([leftOut], $"The data of {set.Argument}", LeftOutRows.NoOthers) ?? $"There are no rows in {set.Argument}.");
        log.WarnOfLeftOut(LeftOutRows.Warning([leftOut], $"rows of {set.Argument}"));
        return found;

        // False for a row without an image.
        bool ReadColumns()
        {
            foreach (var (i, get) in getters.Index())
            {
                get(ref values[i]);
                if (MissingRows.IsMissing(scoreColumns[i], values[i]))
                    return false;
                if (!float.IsFinite(values[i]))
                    throw RowError.Naming(
                        cursor.Position,
                        FormattableString.Invariant($"Column '{scoreColumns[i].Name}' holds {values[i]} in row {cursor.Position} (counted from 0) of {name}: ")
                        + "it cannot be compared. Remove the row or fix what scored it.");
            }
            return true;
        }

        void ScoreRows()
        {
            if (inputs != default)
            {
                using var scope = NewDisposeScope();
                using var networkUse = source.Network?.Enter();
                var batch = rows.ToBatch(new Dictionary<string, Tensor>());
                // A score that does not need the network is computed on the CPU, as its transformer would.
                var onCpu = batch.OnCpu();
                foreach (var (i, contestant) in contestants.Index())
                    found[i].AddRange(contestant.Compute(contestant.Score.Needs.HasFlag(OodInputs.Network) ? batch : onCpu, numbers, Describe));
            }
            first += rows.Count;
            rows.Clear();
            pace.Report(name, first, rowCount);
        }

        void Describe(Exception error, int row) => RowText.AddTo(error, ids[row], data);
    }

    /// <summary>Rows to score.</summary>
    /// <param name="Name">What progress calls them.</param>
    /// <param name="Argument">What the caller gave them as.</param>
    /// <param name="Rows">As the model has transformed them.</param>
    private sealed record RowSet(string Name, string Argument, IDataView Rows);

    /// <summary>Tells how far it is, and whether to go on.</summary>
    private sealed class Pace(int setCount, OodScoreComparison.Options options, CancellationToken cancellation, int setsBefore)
    {
        public CancellationToken Cancellation => cancellation;

        public void Check() => cancellation.ThrowIfCancellationRequested();

        public void Report(string set, long rows, long? rowCount)
        {
            Check();
            options.Progress?.Invoke(new(set, setsBefore + 1, setCount, rows, rowCount));
        }
    }
}
