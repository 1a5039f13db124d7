using QuickStart.Pictures;
using Shared.CommandLine;
using Shared.Images;
using Shared.Painting;

namespace QuickStart;

/// <summary>All images of a run.</summary>
/// <param name="Source">Where they come from, for people.</param>
/// <param name="Train">To train on.</param>
/// <param name="Calibration">To calibrate the detector on; no network is trained on them.</param>
/// <param name="Test">To measure on.</param>
/// <param name="Ood">Sets of images of none of the classes.</param>
internal sealed record PictureSets(
    string Source,
    IReadOnlyList<LabeledImage> Train,
    IReadOnlyList<LabeledImage> Calibration,
    IReadOnlyList<LabeledImage> Test,
    IReadOnlyList<(string Name, IReadOnlyList<LabeledImage> Images)> Ood)
{
    /// <summary>Of images that could be learned, at most this share is kept to calibrate the detector on.</summary>
    public const double LargestCalibrationShare = 0.25;

    // The more calibration images, the closer the false-alarm rate comes to the one asked for; but they are lost for training.
    private const double TestShare = 0.1, CalibrationShare = 0.05;
    private const int WantedCalibration = 200, MostCalibration = 2_500;

    /// <summary>Where calibration images come from, and how many, that are no share of the training images; null if all are.</summary>
    public string? CalibrationFrom { get; private init; }

    /// <summary>Where the test images come from; null if they are a share of the others.</summary>
    public string? TestFrom { get; private init; }

    /// <summary>Classes, in order.</summary>
    public IReadOnlyList<string> Classes => [.. Train.Select(image => image.Label).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Paints the signs, unless they are there already.</summary>
    public static PictureSets Painted(Settings settings, ImageSource source, IProgress<double> progress, CancellationToken cancellation)
    {
        // First, as a wrong path is told in moments and painting takes a while.
        var extra = Extra(settings.Ood, source, settings.ImageSize, settings.Seed, settings.Limit * Pictogram.Known.Count, cancellation).ToList();
        var counts = Counts(settings.Limit);
        var total = (double)SignPictures.Total(counts);
        var signs = SignPictures.Write(Path.Combine(settings.Output, "pictures"), counts, settings.Seed, new Fraction(progress, total), cancellation);
        var train = ClassFolders.Load("pictures", signs.Train);
        return new("painted road signs", train, ClassFolders.Load("pictures", signs.Calibration), ClassFolders.Load("pictures", signs.Test),
        [
            ("near", Below(signs.Near)),
            ("far-textures", Below(signs.Textures)),
            ("far-noise", Below(signs.Noise)),
            .. extra,
        ]);
    }

    /// <summary>Opens the user's images; those that cannot be decoded are reported and left out.</summary>
    /// <param name="wanted">Says where they lie.</param>
    /// <param name="source">Opens the paths, and is told what else is left out.</param>
    /// <param name="unreadable">Told of images that cannot be decoded.</param>
    /// <param name="cancellation">Stops the opening.</param>
    /// <exception cref="InputException">A path does not hold what it should, or none of its images can be read.</exception>
    public static PictureSets Open(PicturesWanted wanted, ImageSource source, Action<UnreadableImage> unreadable, CancellationToken cancellation)
    {
        var folder = ImageFolder.Load(source, wanted.Data, wanted.Test, wanted.Limit, cancellation, wanted.Option);
        var all = ImageCheck.Keep(folder.Train, $"{wanted.Option} {wanted.Data}", unreadable, cancellation);
        var (rest, test) = folder.Test is { } own
            ? (all, ImageCheck.Keep(own, $"--test {folder.TestFolder}", unreadable, cancellation))
            : ImageSplit.Take(all, TestShare, wanted.Seed, "test");
        // Validation images are what calibration needs: no network is trained on them. What they lack is taken from the training images.
        var validation = folder.Validation is { } kept ? ImageCheck.Keep(kept, $"{folder.ValidationFolder}", unreadable, cancellation) : [];
        var missing = Math.Max(0, Math.Clamp(CalibrationShare * rest.Count, WantedCalibration, MostCalibration) - validation.Count);
        var (train, others) = ImageSplit.Take(rest, Math.Min(missing / rest.Count, LargestCalibrationShare), wanted.Seed, "calibration");
        RequireEveryClass(folder, train, $"{wanted.Option} {wanted.Data}: to train on");
        RequireEveryClass(folder, test, "to test on");
        IReadOnlyList<string> strangers = wanted.Ood.Count > 0 ? wanted.Ood : [.. NoiseImages.Defaults];
        var ood = Extra(strangers, source, wanted.ImageSize, wanted.Seed, wanted.Limit * folder.Classes.Count, cancellation)
            .Select(set => (set.Name, ImageCheck.Keep(set.Images, $"--ood {set.Name}", unreadable, cancellation)));
        return new(wanted.Data, train, [.. validation, .. others], test, [.. ood])
        {
            CalibrationFrom = folder.ValidationFolder is null ? null : $"{validation.Count:N0} from {folder.ValidationFolder}",
            TestFrom = folder.TestFolder,
        };
    }

    private static void RequireEveryClass(ImageFolder folder, IReadOnlyList<LabeledImage> images, string part)
    {
        var missing = folder.Classes.Except(images.Select(image => image.Label)).ToList();
        if (missing.Count > 0)
            throw new InputException($"{part}, no readable image is left of {string.Join(", ", missing.Take(10))}. Give at least 10 images of each class.");
    }

    private static SignPictureCounts Counts(int? limit)
    {
        var full = new SignPictureCounts();
        return limit is not { } most ? full : new()
        {
            Train = Math.Min(most, full.Train),
            Calibration = Math.Min(most, full.Calibration),
            Test = Math.Min(most, full.Test),
            Near = Math.Min(most, full.Near),
            Textures = Math.Min(most, full.Textures),
            Noise = Math.Min(most, full.Noise),
        };
    }

    private static IReadOnlyList<LabeledImage> Below(string folder)
        => [.. ImageFiles.Below(folder).Select(path => new LabeledImage(path, Path.GetFileName(Path.GetDirectoryName(path)!)))];

    private static IEnumerable<(string Name, IReadOnlyList<LabeledImage> Images)> Extra(
        IReadOnlyList<string> ood, ImageSource source, int imageSize, int seed, int? limit, CancellationToken cancellation)
        => OodOption.ParseAll(ood).Select(option => (option.Name, option.Load(source, imageSize, seed, limit, cancellation)));

    private sealed class Fraction(IProgress<double> progress, double total) : IProgress<int>
    {
        public void Report(int value) => progress.Report(value / total);
    }
}
