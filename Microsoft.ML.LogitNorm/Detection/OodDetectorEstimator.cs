using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>Decides whether a row is out of distribution, by comparing its score with those of calibration rows (split conformal prediction).</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// To create this estimator, use `Transforms.OodDetector`. Fit it on in-distribution rows that the network was **not** trained on.
///
/// ### Estimator Characteristics
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes |
/// | Input column data type | <xref:System.Single>; higher means more likely out of distribution. With `perClass` a key as well: the predicted class |
/// | Output column data type | `OodConfidence`: <xref:System.Single> in [0, 1); `IsOutOfDistribution`: <xref:System.Boolean> |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.LogitNorm |
/// | Exportable to ONNX | No |
///
/// With n calibration scores and a new score s, p = (1 + #{calibration ≥ s}) / (n + 1). A row is called out of distribution when p ≤ `falseAlarmRate`. For
/// in-distribution rows that are exchangeable with the calibration rows, this happens with probability at most `falseAlarmRate`, whatever the network.
///
/// That is a mean over draws of the calibration rows. With `confidence` the line is drawn higher, so that with this probability the rate is at most
/// `falseAlarmRate` from then on. With `perClass` either promise holds for each predicted class on its own.
/// ]]>
/// </format>
/// </remarks>
public sealed class OodDetectorEstimator : IEstimator<OodDetectorTransformer>
{
    private readonly IHostEnvironment _env;
    private readonly double _falseAlarmRate;
    private readonly double? _confidence;
    private readonly DetectorColumns _columns;

    internal OodDetectorEstimator(IHostEnvironment env, double falseAlarmRate, double? confidence, DetectorColumns columns)
    {
        columns.Check();
        RequiredRows(falseAlarmRate, confidence);   // throws for an impossible rate, here rather than at Fit
        (_env, _falseAlarmRate, _confidence, _columns) = (env, falseAlarmRate, confidence, columns);
    }

    /// <summary>
    /// The fewest calibration rows for a false-alarm rate: with fewer, no row could ever be called out of distribution. A detector with <c>perClass</c> needs
    /// as many of each predicted class.
    /// </summary>
    /// <param name="falseAlarmRate">In (0, 1). 0.05 needs 19 rows, 0.01 needs 99.</param>
    /// <param name="confidence">In (0, 1), or null (default) for a rate that is kept on average. With 0.9, 0.05 needs 45 rows and 0.01 needs 230.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="falseAlarmRate"/> or <paramref name="confidence"/> lies outside (0, 1).</exception>
    public static int RequiredRows(double falseAlarmRate, double? confidence = null) => ConformalCalibration.RequiredRows(falseAlarmRate, confidence);

    /// <summary>The columns with the confidence and the decision appended.</summary>
    /// <param name="inputSchema">The columns of the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        ScoreColumn.Check(inputSchema, _columns.Score);
        if (_columns.PredictedLabel is { } predicted)
            PredictedClassColumn.Check(inputSchema, predicted);
        return Shapes.Append(
            inputSchema,
            Shapes.Column(_columns.Confidence, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single),
            Shapes.Column(_columns.Decision, SchemaShape.Column.VectorKind.Scalar, BooleanDataViewType.Instance));
    }

    /// <summary>Keeps the scores of the calibration rows. Rows whose image could not be read are left out, with a warning in the log.</summary>
    /// <param name="input">In-distribution rows that the network was not trained on, with their scores.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    /// <exception cref="ArgumentException">There are fewer rows than <see cref="RequiredRows"/>, of all or of a class, or a score is NaN.</exception>
    public OodDetectorTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var (calibration, leftOut) = DetectorCalibration.Fit(input, _columns, _falseAlarmRate, _confidence);
        using var log = new ContextLog(_env, "OodDetector");
        log.WarnOfLeftOut(LeftOutRows.Warning([leftOut], "calibration rows"));
        return new(_env, calibration, _columns);
    }
}
