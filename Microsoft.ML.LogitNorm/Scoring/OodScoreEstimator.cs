using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>Appends an out-of-distribution score to each row.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// To create this estimator, use `Transforms.OodScore`.
///
/// ### Estimator Characteristics
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Only for scores that compare with the training rows, or rank by them |
/// | Input column data type | Logits, embedding, layer statistics, or several of them, as the score needs them: Vector of <xref:System.Single> |
/// | Output column data type | <xref:System.Single>; higher means more likely out of distribution |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.LogitNorm, and libtorch-cpu-* or TorchSharp-cuda-* |
/// | Exportable to ONNX | No |
/// ]]>
/// </format>
/// </remarks>
public sealed class OodScoreEstimator : IEstimator<OodScoreTransformer>
{
    private readonly IHostEnvironment _env;
    private readonly OodScore _score;
    private readonly string _outputColumnName;
    private readonly OodColumns _columns;

    internal OodScoreEstimator(IHostEnvironment env, OodScore score, string outputColumnName, OodColumns columns)
    {
        ArgumentNullException.ThrowIfNull(score);
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        columns.Check();
        TorchRuntime.EnsureAvailable(env);
        (_env, _score, _outputColumnName, _columns) = (env, score, outputColumnName, columns);
    }

    /// <summary>The columns with the score appended.</summary>
    /// <param name="inputSchema">The columns of the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column that the score needs is missing or has another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        OodSource.Check(inputSchema, _score, _columns);
        return Shapes.Append(inputSchema, Shapes.Column(
            _outputColumnName,
            SchemaShape.Column.VectorKind.Scalar,
            NumberDataViewType.Single,
            annotations: OodSource.ScoreAnnotationShapes(inputSchema, _score, _columns)));
    }

    /// <summary>Makes the transformer; reads the data only if the score learns from it.</summary>
    /// <param name="input">
    /// The rows that the network was trained on, with its model's columns.
    /// Rows without a label are left out, with a warning in the log, by scores that learn from labels.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A column that the score needs is missing or has another type.</exception>
    /// <exception cref="InvalidOperationException">The score learns from rows, and there are none, or one cannot be read.</exception>
    /// <exception cref="OodScoreException">The score cannot learn from these rows; says why, and what to do.</exception>
    /// <exception cref="OperationCanceledException">The <see cref="MLContext"/> was cancelled.</exception>
    public OodScoreTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return FitOn(input, heldOut: null);
    }

    /// <summary>Makes the transformer, with rows for <see cref="OodScores.Fuse"/>, and so for the default score, to rank by.</summary>
    /// <remarks>
    /// Without them it ranks by the rows of <paramref name="input"/>. That is as good where the network is not much better on those than on new ones. A network
    /// that knows them by heart, as it does after many passes over few rows, is sure of each, so that all others surprise it: hold some out then.
    /// </remarks>
    /// <param name="input">As in <see cref="Fit(IDataView)"/>.</param>
    /// <param name="heldOut">
    /// Rows of the known classes that the network was not trained on, 10 or more, with its model's columns; labels are not needed. Calibrate the
    /// <see cref="OodDetectorEstimator"/> on yet others: its guarantee is about rows that had no part in the score.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A column that the score needs is missing or has another type.</exception>
    /// <exception cref="InvalidOperationException">The score learns from rows, and there are none, or one cannot be read.</exception>
    /// <exception cref="OodScoreException">The score cannot learn from these rows; says why, and what to do.</exception>
    /// <exception cref="OperationCanceledException">The <see cref="MLContext"/> was cancelled.</exception>
    public OodScoreTransformer Fit(IDataView input, IDataView heldOut)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(heldOut);
        return FitOn(input, heldOut);
    }

    private OodScoreTransformer FitOn(IDataView input, IDataView? heldOut)
    {
        using var log = new ContextLog(_env, "OodScore");
        return HostCancellation.Run(
            _env, CancellationToken.None, cancellation => new OodScoreTransformer(
                _env, LearnedScore.From(_score, input, heldOut, _columns, log, cancellation), _outputColumnName, _columns));
    }
}
