using TorchSharp;
using static Onnx.TensorProto.Types;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Scores by Gaussians of the embedding or of layer statistics, in ONNX, in double precision. The scores' own files have formulas and sources.
/// </summary>
internal static class GaussianFormulas
{
    public static OnnxValue Mahalanobis(ScoredRows rows, Mahalanobis mahalanobis)
        => SquaredDistances(rows, Features(rows, mahalanobis.Normalize), LogitNorm.Mahalanobis.Whitening, LogitNorm.Mahalanobis.Means).Least();

    public static OnnxValue RelativeMahalanobis(ScoredRows rows, RelativeMahalanobis mahalanobis) => Relative(rows, Features(rows, mahalanobis.Normalize));

    public static OnnxValue LayerGaussian(ScoredRows rows)
        => (Statistics(rows).MatMul(rows.Constant(LogitNorm.LayerGaussian.Whitening)) - rows.Constant(LogitNorm.LayerGaussian.Mean)).Squared().Sum();

    public static OnnxValue RelativeLayerGaussian(ScoredRows rows) => Relative(rows, Statistics(rows));

    private static OnnxValue Relative(ScoredRows rows, OnnxValue features)
        => SquaredDistances(rows, features, RelativeGaussians.Whitening, RelativeGaussians.Means).Least()
            - (features.MatMul(rows.Constant(RelativeGaussians.OverallWhitening)) - rows.Constant(RelativeGaussians.OverallMean)).Squared().Sum();

    /// <summary>
    /// From each row to each mean, [B, C]: ‖x‖² − 2 x·m + ‖m‖², whose rounding double precision forgives, and which needs no [B, C, D].
    /// </summary>
    private static OnnxValue SquaredDistances(ScoredRows rows, OnnxValue features, string whitening, string means)
    {
        var whitened = features.MatMul(rows.Constant(whitening));
        return (whitened.Squared().Sum() - (whitened.MatMul(rows.Constant(means, values => values.t())) * 2)
            + rows.Constant($"{means}Squared", rows.Learned[means], values => values.Squared().sum([1]).unsqueeze(0))).AtLeast(0);
    }

    private static OnnxValue Features(ScoredRows rows, bool normalize)
        => rows.Embedding.To(DataType.Double) is var embedding && normalize ? ScoredRows.DirectionsOf(embedding) : embedding;

    private static OnnxValue Statistics(ScoredRows rows) => rows.LayerStatistics!.To(DataType.Double);
}
