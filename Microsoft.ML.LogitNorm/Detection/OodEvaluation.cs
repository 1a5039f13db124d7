using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>Metrics of scores and decisions that stand in data views.</summary>
internal static class OodEvaluation
{
    public static OodDetectionMetrics Evaluate(IDataView inDistribution, IDataView outOfDistribution, string scoreColumnName, string decisionColumnName)
    {
        ArgumentNullException.ThrowIfNull(inDistribution);
        ArgumentNullException.ThrowIfNull(outOfDistribution);
        var decided = HasDecision(inDistribution, decisionColumnName) && HasDecision(outOfDistribution, decisionColumnName);
        var (known, falseAlarms) = Read(inDistribution, scoreColumnName, decided ? decisionColumnName : null);
        var (unknown, detections) = Read(outOfDistribution, scoreColumnName, decided ? decisionColumnName : null);
        return OodDetectionMetrics.Compute(known, unknown, falseAlarms, detections);
    }

    private static bool HasDecision(IDataView data, string name) => data.Schema.GetColumnOrNull(name) is { Type: BooleanDataViewType };

    // Score and decision in one pass: the data may be images that a network classifies as they are read.
    private static (float[] Scores, double? DecidedOut) Read(IDataView data, string scoreColumnName, string? decisionColumnName)
    {
        var score = ScoreColumn.Find(data.Schema, scoreColumnName);
        DataViewSchema.Column[] columns = decisionColumnName is null ? [score] : [score, data.Schema[decisionColumnName]];
        using var cursor = data.GetRowCursor(columns);
        var getScore = cursor.GetGetter<float>(score);
        var getDecision = decisionColumnName is null ? null : cursor.GetGetter<bool>(data.Schema[decisionColumnName]);
        var scores = new List<float>();
        var (value, isOut, outs) = (0f, false, 0L);
        while (cursor.MoveNext())
        {
            getScore(ref value);
            scores.Add(value);
            getDecision?.Invoke(ref isOut);
            outs += isOut ? 1 : 0;
        }
        return ([.. scores], decisionColumnName is null || scores.Count == 0 ? null : (double)outs / scores.Count);
    }
}
