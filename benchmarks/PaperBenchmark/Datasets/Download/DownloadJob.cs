using Shared.CommandLine;

namespace PaperBenchmark.Datasets.Download;

/// <summary>Fetches sets one after the other; one that fails does not keep the others from coming.</summary>
/// <param name="root">Where they go.</param>
/// <param name="downloader">Fetches their files.</param>
/// <param name="screen">Shows what happens.</param>
internal sealed class DownloadJob(string root, Downloader downloader, DownloadScreen screen)
{
    /// <summary>Fetches the sets of some names.</summary>
    /// <exception cref="InputException">A name is unknown, and nothing was fetched; or some sets could not be, and the message lists them.</exception>
    public async Task Run(IReadOnlyList<string> names, CancellationToken cancellation)
    {
        Dataset[] sets = [.. names.Distinct().Select(Known)];
        WritableFolder.Require(root);
        var failed = new List<string>();
        foreach (var set in sets)
        {
            cancellation.ThrowIfCancellationRequested();
            if (set.IsGenerated)
            {
                screen.Done(set, "is generated when it is needed: there is nothing to fetch");
                continue;
            }

            try
            {
                foreach (var file in set.Files)
                    await screen.Follow(file, progress => downloader.Fetch(file, root, progress, cancellation));
                screen.Done(set, $"is in {root}, verified");
            }
            catch (InputException e)
            {
                screen.Failed(set, e.Message);
                failed.Add(set.Name);
            }
        }

        if (failed.Count > 0)
            throw new InputException($"Not fetched: {string.Join(", ", failed)}.");
    }

    private static Dataset Known(string name) => DatasetCatalog.Find(name) ?? throw new InputException(
        $"{name}: there is no such set.{NearestName.Hint(name, DatasetCatalog.All.Select(set => set.Name))} There are "
            + $"{string.Join(", ", DatasetCatalog.All.Select(set => set.Name))}.");
}
