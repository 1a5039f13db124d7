using Microsoft.ML;
using Microsoft.ML.Data;

namespace PaperBenchmark.Figures;

/// <summary>Lays softmax outputs on a plane: the two principal components of the in-distribution images.</summary>
/// <remarks>
/// The paper has t-SNE here. PCA is linear and without chance: far apart in the plane is far apart in the softmax outputs; the converse need not hold.
/// </remarks>
internal static class SoftmaxProjection
{
    private const string Column = nameof(Row.Features);

    // ML.NET's randomised decomposition divides by zero where rows have fewer dimensions than it looks at. Then it is told to look at fewer.
    private static readonly (int Rank, int Oversampling)[] Attempts = [(2, 20), (2, 0), (1, 0)];

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

        var ml = new MLContext(seed: 1);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[Column].ColumnType = new VectorDataViewType(NumberDataViewType.Single, usable[0].Length);
        var mean = Mean(usable);
        var view = View(usable);
        var components = Attempts
            .Select(attempt => ml.Transforms
                .ProjectToPrincipalComponents(Column, rank: attempt.Rank, overSampling: attempt.Oversampling, ensureZeroMean: false, seed: 1)
                .Fit(view))
            .FirstOrDefault(fitted => fitted.Transform(view).GetColumn<float[]>(Column).All(IsFinite));
        if (components is null)   // rows that differ by less than squares of floats can say
            return (Origin(known), Origin(unknown));
        var points = Points(known);
        // The components' direction is arbitrary: the farthest point lies to the right and above.
        var (right, up) = (Sign(points.Select(point => point.X)), Sign(points.Select(point => point.Y)));
        return (Turned(points), Turned(Points(unknown)));

        IDataView View(IEnumerable<float[]> rows)
            => ml.Data.LoadFromEnumerable(rows.Select(row => new Row { Features = [.. row.Zip(mean, (value, center) => value - center)] }), schema);

        (double X, double Y)[] Points(float[][] rows)
        {
            using var projected = components.Transform(View(rows.Where(IsFinite))).GetColumn<float[]>(Column).GetEnumerator();
            return [.. rows.Select(row => IsFinite(row) && projected.MoveNext() ? Point(projected.Current) : (double.NaN, double.NaN))];
        }

        (double X, double Y)[] Turned((double X, double Y)[] rows) => [.. rows.Select(point => (right * point.X, up * point.Y))];
    }

    private static bool IsFinite(float[] row) => row.All(float.IsFinite);

    private static (double X, double Y) Point(float[] components) => (components[0], components.Length > 1 ? components[1] : 0);

    private static float[] Mean(float[][] rows) => [.. Enumerable.Range(0, rows[0].Length).Select(column => (float)rows.Average(row => (double)row[column]))];

    private static double Sign(IEnumerable<double> values) => values.Where(double.IsFinite).MaxBy(Math.Abs) < 0 ? -1 : 1;

    private static (double X, double Y)[] Origin(float[][] rows) => [.. rows.Select(row => IsFinite(row) ? (0.0, 0.0) : (double.NaN, double.NaN))];

    private sealed class Row
    {
        public float[] Features { get; init; } = [];
    }
}
