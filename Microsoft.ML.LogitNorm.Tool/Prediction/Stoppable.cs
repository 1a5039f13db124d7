namespace LogitNormTool.Prediction;

/// <summary>Rows that a token stops where they are computed.</summary>
/// <remarks>
/// ML.NET reads rows ahead, and computes a hundred and more on threads of its own before it hands out the first. Looked at where rows go in or come out, a
/// token would be seen seconds late, and the program would end while its networks run.
/// </remarks>
internal static class Stoppable
{
    /// <summary>The same rows. After each the token is looked at, on the thread that has computed it.</summary>
    /// <typeparam name="T">A column that whoever reads the rows asks for.</typeparam>
    /// <param name="ml">Where they are computed.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="copy">Copies that column from the first to the second.</param>
    /// <param name="cancellation">The token.</param>
    public static IDataView Rows<T>(MLContext ml, IDataView rows, Action<T, T> copy, CancellationToken cancellation)
        where T : class, new()
        => ml.Transforms.CustomMapping<T, T>(
            (row, same) =>
            {
                cancellation.ThrowIfCancellationRequested();
                copy(row, same);
            },
            contractName: null).Fit(rows).Transform(rows);
}
