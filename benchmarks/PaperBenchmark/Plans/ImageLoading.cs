using PaperBenchmark.Datasets;
using PaperBenchmark.Runs;
using Shared.CommandLine;
using Shared.Images;

namespace PaperBenchmark.Plans;

/// <summary>Brings the images of a benchmark into memory. Out-of-distribution sets that are not there, or damaged, are left out and named.</summary>
internal static class ImageLoading
{
    /// <param name="settings">What to load, and from where.</param>
    /// <param name="unreadable">Told of images that cannot be decoded.</param>
    /// <param name="loading">Told of each set before it is loaded.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InputException">The set to train on cannot be loaded, or no out-of-distribution set can.</exception>
    public static BenchmarkImages Load(BenchmarkSettings settings, Action<UnreadableImage> unreadable, Action<string> loading, CancellationToken cancellation)
    {
        var preset = settings.Preset;
        var folder = new DatasetFolder(settings.DataRoot, Path.Combine(settings.Output, "cache"), unreadable);
        var train = Load(settings.Dataset, DatasetPart.Train, preset.TrainLimit);
        var test = Load(settings.Dataset, DatasetPart.Test, preset.TestLimit);
        var missing = new Dictionary<string, string>();
        var ood = new List<ImageTable>();
        foreach (var name in Names(settings, folder))
        {
            try
            {
                ood.Add(Load(name, DatasetPart.Test, preset.OodLimit));
            }
            catch (InputException e)
            {
                missing.Add(name.Split('=')[0], e.Message);
            }
        }
        return ood.Count > 0
            ? new(train, test, ood, missing)
            {
                Outliers = settings.Outliers is { } outliers ? Load(outliers, DatasetPart.Test, limit: null) : null,
            }
            : throw new InputException($"There is no out-of-distribution set to measure with. {string.Join(" ", missing.Values)}");

        ImageTable Load(string name, DatasetPart part, int? limit)
        {
            cancellation.ThrowIfCancellationRequested();
            loading(name);
            return folder.Load(name, part, preset.ImageSize, limit, cancellation);
        }
    }

    // No set counts as unknown for a network that is trained on it, or against it.
    private static IEnumerable<string> Names(BenchmarkSettings settings, DatasetFolder folder)
        => settings.Preset.OodSets
            .Concat(settings.Preset.TakesUnlistedSets ? folder.UnlistedSets : [])
            .Except([settings.Dataset, settings.Plan.OutlierSet ?? settings.Dataset])
            .Concat(settings.Ood.Select(set => set.Path is null ? set.Name : $"{set.Name}={set.Path}"))
            .Distinct();
}
