using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>Calibration of the probabilities that stand in a data view.</summary>
internal static class CalibrationEvaluation
{
    private const string Remedy = "Name a column of probabilities, such as the Score of a multiclass trainer.";

    public static CalibrationMetrics Evaluate(IHostEnvironment env, IDataView data, string labelColumnName, string scoreColumnName, int bins)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrEmpty(labelColumnName);
        ArgumentException.ThrowIfNullOrEmpty(scoreColumnName);
        var tally = new CalibrationTally(bins, $"column '{scoreColumnName}'");
        var (unlabelled, leftOut) = LabelledVectors.Find(data.Schema, labelColumnName, "score", scoreColumnName, Remedy).Visit(data, tally.Add);
        using var log = new ContextLog(env, "EvaluateCalibration");
        log.WarnOfUnlabelled(unlabelled);
        log.WarnOfLeftOut(LeftOutRows.Warning([leftOut], "labelled rows"));
        if (tally.Count == 0)
            throw new ArgumentException(
                LeftOutRows.NothingLeft([leftOut], "The data to evaluate")
                ?? $"No row has a label in column '{labelColumnName}' to compare column '{scoreColumnName}' with: "
                + "give labelled rows, whose keys are those of the model's own MapValueToKey.",
                nameof(data));
        return tally.ToMetrics();
    }
}
