using Shared.Images;

namespace LogitNormTool.Prediction;

/// <summary>Rows of image paths for a model, which a token stops.</summary>
/// <remarks>
/// ML.NET reads rows ahead and computes a hundred and more before it hands out the first. Looked at where rows go in or come out, the token would be seen
/// seconds late, and the program would end while its networks run. So it is looked at where a row is computed.
/// </remarks>
internal static class StoppablePaths
{
    public static IDataView Of(MLContext ml, IEnumerable<string> paths, CancellationToken cancellation)
    {
        var rows = ml.Data.LoadFromEnumerable(paths.Select(path => new ImageRow { ImagePath = path }));
        return ml.Transforms.CustomMapping<PathRow, PathRow>(
            (row, same) =>
            {
                cancellation.ThrowIfCancellationRequested();
                same.ImagePath = row.ImagePath;
            },
            contractName: null).Fit(rows).Transform(rows);
    }

    private sealed class PathRow
    {
        public string ImagePath { get; set; } = "";
    }
}
