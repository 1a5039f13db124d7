using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>The mean of the rows of each class.</summary>
/// <param name="Values">[C, D]; zeros for a class without rows.</param>
/// <param name="Counts">Rows of each class, [C], int64.</param>
internal readonly record struct ClassMeans(Tensor Values, Tensor Counts)
{
    /// <summary>Computes them.</summary>
    /// <param name="rows">[N, D].</param>
    /// <param name="labels">[N], int64, from 0 to <paramref name="classes"/> − 1.</param>
    /// <param name="classes">C.</param>
    public static ClassMeans Of(Tensor rows, Tensor labels, long classes)
    {
        var counts = labels.bincount(null, classes);   // [C]
        var sums = zeros([classes, rows.shape[1]], rows.dtype, rows.device).AddRowsInPlace(labels, rows);
        return new(sums / counts.AtLeast(1).unsqueeze(1), counts);
    }
}
