using MathNet.Numerics.LinearAlgebra;

namespace PaperBenchmark.Figures;

/// <summary>Lays softmax outputs on a plane: the two principal components of the in-distribution images.</summary>
/// <remarks>
/// The paper has t-SNE here. PCA is linear and without chance: far apart in the plane is far apart in the softmax outputs; the converse need not hold.
/// It is exact: the eigenvectors of the covariance of as many numbers as there are classes.
/// </remarks>
internal static class SoftmaxProjection
{
    /// <summary>Learns the plane from the in-distribution images and lays both sets on it.</summary>
    /// <param name="known">[N, classes].</param>
    /// <param name="unknown">[M, classes], of the same classes.</param>
    /// <returns>
    /// A point for each row. A row with a value that is not finite gets NaN; where the in-distribution rows do not differ, all are at the origin.
    /// </returns>
    public static ((double X, double Y)[] Known, (double X, double Y)[] Unknown) Project(float[][] known, float[][] unknown)
    {
        float[][] usable = [.. known.Where(IsFinite)];
        if (usable.Length == 0 || usable.All(row => row.AsSpan().SequenceEqual(usable[0])))
            return (Origin(known), Origin(unknown));

        var rows = Matrix<double>.Build.DenseOfRows(usable.Select(row => row.Select(value => (double)value)));
        var mean = rows.ColumnSums() / rows.RowCount;
        var centred = Matrix<double>.Build.DenseOfRowVectors(rows.EnumerateRows().Select(row => row - mean));
        var directions = centred.TransposeThisAndMultiply(centred).Evd(Symmetricity.Symmetric).EigenVectors;   // by ascending variance
        var first = directions.Column(directions.ColumnCount - 1);
        var second = directions.ColumnCount > 1 ? directions.Column(directions.ColumnCount - 2) : null;

        var points = Points(known);
        // The components' direction is arbitrary: the farthest point lies to the right and above.
        var (right, up) = (Sign(points.Select(point => point.X)), Sign(points.Select(point => point.Y)));
        return (Turned(points), Turned(Points(unknown)));

        (double X, double Y)[] Points(float[][] all) => [.. all.Select(row => IsFinite(row) ? Point(row) : (double.NaN, double.NaN))];

        (double X, double Y) Point(float[] row)
        {
            var from = Vector<double>.Build.Dense(row.Length, i => row[i]) - mean;
            return (from * first, second is null ? 0 : from * second);
        }

        (double X, double Y)[] Turned((double X, double Y)[] all) => [.. all.Select(point => (right * point.X, up * point.Y))];
    }

    private static bool IsFinite(float[] row) => row.All(float.IsFinite);

    private static double Sign(IEnumerable<double> values) => values.Where(double.IsFinite).MaxBy(Math.Abs) < 0 ? -1 : 1;

    private static (double X, double Y)[] Origin(float[][] rows) => [.. rows.Select(row => IsFinite(row) ? (0.0, 0.0) : (double.NaN, double.NaN))];
}
