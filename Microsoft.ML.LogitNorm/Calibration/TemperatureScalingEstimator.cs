using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>Makes probabilities of a trained network's logits that can be taken at their word, by one number: the temperature.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// To create this estimator, use `Transforms.TemperatureScaling`. Fit it on labelled rows that the network was **not** trained on.
///
/// ### Estimator Characteristics
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes |
/// | Input column data type | `Logits`: Vector of <xref:System.Single>; to fit also the label, a key |
/// | Output column data type | `Score`: Vector of <xref:System.Single>; replaces the column of that name and keeps its annotations |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.LogitNorm |
/// | Exportable to ONNX | No |
///
/// `Score` becomes softmax(f / T), f = logits. `Fit` finds the T in [1e-6, 1e6] that minimises the mean negative log-likelihood of the labels. T above 1 makes
/// the classifier less sure, T below 1 surer. The order of the classes stays, so `PredictedLabel` and the accuracy do not change; `Logits` do not, and so no
/// `OodScore` or decision made from them.
///
/// Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, arXiv 1706.04599, section 4.2. Measure the outcome with
/// `MulticlassClassification.EvaluateCalibration`, on rows that it was not fitted on.
/// ]]>
/// </format>
/// </remarks>
public sealed class TemperatureScalingEstimator : IEstimator<TemperatureScalingTransformer>
{
    private readonly IHostEnvironment _env;
    private readonly string _labelColumnName;
    private readonly ScalingColumns _columns;

    internal TemperatureScalingEstimator(IHostEnvironment env, string labelColumnName, ScalingColumns columns)
    {
        ArgumentException.ThrowIfNullOrEmpty(labelColumnName);
        columns.Check();
        (_env, _labelColumnName, _columns) = (env, labelColumnName, columns);
    }

    /// <summary>The columns with the score's replaced.</summary>
    /// <param name="inputSchema">The columns of the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">Label or logits are missing, or a column has another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        LabelColumn.Check(inputSchema, _labelColumnName);
        return _columns.Promise(inputSchema);
    }

    /// <summary>Finds the temperature. Rows without a label, or whose image could not be read, are left out, with a warning in the log.</summary>
    /// <param name="input">Labelled rows that the network was not trained on, with its logits.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// Label or logits are missing, a column has another type, or label and logits are not of the same classes.
    /// </exception>
    /// <exception cref="InvalidOperationException">There is no labelled row, or a logit is NaN or infinite.</exception>
    public TemperatureScalingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var rows = LabelledVectors.Find(input.Schema, _labelColumnName, ScalingColumns.LogitsRole, _columns.Logits, ScalingColumns.LogitsRemedy);
        _columns.Deliver(input.Schema, rows.Vectors);   // throws for a score that cannot be replaced, before anything is read

        var (logits, labels) = (new List<double>(), new List<int>());
        var (unlabelled, leftOut) = rows.Visit(input, (values, label, row) =>
        {
            TemperatureScalingTransformer.CheckFinite(values, _columns.Logits, row);
            logits.AddRange(values);
            labels.Add(label);
        });
        if (labels.Count == 0)
            throw new InvalidOperationException(
                LeftOutRows.NothingLeft([leftOut], "The data to fit a temperature on")
                ?? $"There is no row with a label in column '{_labelColumnName}' to fit a temperature on. "
                + "Give labelled rows that the network was not trained on.");

        var found = TemperatureSearch.Find(CollectionsMarshal.AsSpan(logits), CollectionsMarshal.AsSpan(labels));
        using var log = new ContextLog(_env, "TemperatureScaling");
        log.WarnOfUnlabelled(unlabelled);
        log.WarnOfLeftOut(LeftOutRows.Warning([leftOut], "labelled rows"));
        if (found.Warning is not null)
            log.Warning(found.Warning);
        return new(_env, _columns, VectorColumn.SizeOf(rows.Vectors), found.Temperature);
    }
}
