using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>Metrics of scores and decisions that stand in data views.</summary>
internal static class OodEvaluation
{
    public static OodDetectionMetrics Evaluate(
        IHostEnvironment env, IDataView inDistribution, IDataView outOfDistribution, string scoreColumnName, string? decisionColumnName)
    {
        ArgumentNullException.ThrowIfNull(inDistribution);
        ArgumentNullException.ThrowIfNull(outOfDistribution);
        if (decisionColumnName is not null)
        {
            CheckDecision(inDistribution.Schema, decisionColumnName);
            CheckDecision(outOfDistribution.Schema, decisionColumnName);
        }
        else if (IsDecision(inDistribution.Schema, ColumnNames.IsOutOfDistribution) && IsDecision(outOfDistribution.Schema, ColumnNames.IsOutOfDistribution))
            decisionColumnName = ColumnNames.IsOutOfDistribution;
        using var log = new ContextLog(env, "EvaluateOod");
        var (known, falseAlarms) = Read(inDistribution, scoreColumnName, decisionColumnName, "in-distribution rows", log);
        var (unknown, detections) = Read(outOfDistribution, scoreColumnName, decisionColumnName, "out-of-distribution rows", log);
        return OodDetectionMetrics.Compute(known, unknown) with { FalseAlarmRate = falseAlarms, DetectionRate = detections };
    }

    private static bool IsDecision(DataViewSchema schema, string name) => schema.GetColumnOrNull(name) is { Type: BooleanDataViewType };

    private static void CheckDecision(DataViewSchema schema, string name)
    {
        const string Remedy = "Append ml.Transforms.OodDetector(...) before it.";
        var column = RequiredColumn.Find(schema, "decision", name, Remedy);
        if (!IsDecision(schema, name))
            throw ColumnError.Mismatch("decision", name, "Boolean", column.Type.ToString()!, Remedy);
    }

    // Score and decision in one pass: the data may be images that a network classifies as they are read.
    private static (float[] Scores, double? DecidedOut) Read(
        IDataView data, string scoreColumnName, string? decisionColumnName, string rows, ContextLog log)
    {
        var score = ScoreColumn.Find(data.Schema, scoreColumnName);
        DataViewSchema.Column[] columns = decisionColumnName is null ? [score] : [score, data.Schema[decisionColumnName]];
        using var cursor = data.GetRowCursor([.. columns, .. LeftOutRows.Columns(data.Schema, score)]);
        var getScore = cursor.GetGetter<float>(score);
        var getDecision = decisionColumnName is null ? null : cursor.GetGetter<bool>(data.Schema[decisionColumnName]);
        var leftOut = new LeftOutRows(cursor, score);
        var scores = new List<float>();
        var (value, isOut, outs) = (0f, false, 0L);
        while (cursor.MoveNext())
        {
            getScore(ref value);
            if (leftOut.IsToldBeside || MissingRows.IsMissing(score, value))
            {
                leftOut.Add(cursor.Position);
                continue;
            }
            scores.Add(value);
            getDecision?.Invoke(ref isOut);
            outs += isOut ? 1 : 0;
        }
        if (scores.Count == 0 && LeftOutRows.NothingLeft([leftOut], $"The set of {rows}", LeftOutRows.NoOthers) is { } unreadable)
            throw new ArgumentException(unreadable, nameof(data));
        log.WarnOfLeftOut(LeftOutRows.Warning([leftOut], rows));
        return ([.. scores], decisionColumnName is null || scores.Count == 0 ? null : (double)outs / scores.Count);
    }
}
