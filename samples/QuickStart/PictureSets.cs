using ImageData;
using QuickStart.Pictures;

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
    private const double TestShare = 0.1;

    // The more calibration images, the closer the false-alarm rate comes to the one asked for; but they are lost for training.
    private const double CalibrationShare = 0.05, LargestCalibrationShare = 0.25;
    private const int WantedCalibration = 200, MostCalibration = 2_500;

    /// <summary>Classes, in order.</summary>
    public IReadOnlyList<string> Classes => [.. Train.Select(image => image.Label).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Paints the signs, unless they are there already.</summary>
    public static PictureSets Painted(Settings settings, IProgress<double> progress, CancellationToken cancellation)
    {
        var counts = Counts(settings.Limit);
        var total = (double)SignPictures.Total(counts);
        var signs = SignPictures.Write(Path.Combine(settings.Output, "pictures"), counts, settings.Seed, new Fraction(progress, total), cancellation);
        var train = ClassFolders.Load("pictures", signs.Train, null);
        return new("painted road signs", train, ClassFolders.Load("pictures", signs.Calibration, null), ClassFolders.Load("pictures", signs.Test, null),
        [
            ("near", Below(signs.Near)),
            ("far-textures", Below(signs.Textures)),
            ("far-noise", Below(signs.Noise)),
            .. Extra(settings, settings.Limit * Pictogram.Known.Count, cancellation),
        ]);
    }

    /// <summary>Opens the user's images; those that cannot be decoded are reported and left out.</summary>
    /// <exception cref="InputException">A path does not hold what it should, or none of its images can be read.</exception>
    public static PictureSets Open(Settings settings, Action<UnreadableImage> unreadable, CancellationToken cancellation)
    {
        var folder = ImageFolder.Load(Opener(settings), settings.Data!, settings.Test, settings.Limit, cancellation);
        var all = ImageCheck.Keep(folder.Train, $"--data {settings.Data}", unreadable, cancellation);
        var (rest, test) = folder.Test is { } own
            ? (all, ImageCheck.Keep(own, $"--test {settings.Test ?? settings.Data}", unreadable, cancellation))
            : Split(all, TestShare, settings.Seed, "test");
        var wanted = Math.Clamp(CalibrationShare * rest.Count, WantedCalibration, MostCalibration);
        var (train, calibration) = Split(rest, Math.Min(wanted / rest.Count, LargestCalibrationShare), settings.Seed, "calibration");
        RequireEveryClass(folder, train, $"--data {settings.Data}: to train on");
        RequireEveryClass(folder, test, "to test on");
        var ood = Extra(settings with { Ood = settings.Ood.Count > 0 ? settings.Ood : [.. NoiseImages.Defaults] }, settings.Limit * folder.Classes.Count, cancellation)
            .Select(set => (set.Name, ImageCheck.Keep(set.Images, $"--ood {set.Name}", unreadable, cancellation)));
        return new(settings.Data!, train, calibration, test, [.. ood]);
    }

    private static void RequireEveryClass(ImageFolder folder, IReadOnlyList<LabeledImage> images, string part)
    {
        var missing = folder.Classes.Except(images.Select(image => image.Label)).ToList();
        if (missing.Count > 0)
            throw new InputException($"{part}, no readable image is left of {string.Join(", ", missing.Take(10))}. Give at least 10 images of each class.");
    }

    private static ImageSource Opener(Settings settings) => new(Path.Combine(settings.Output, "cache"));

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

    private static IReadOnlyList<LabeledImage> Below(string folder) => [.. ImageFiles.Below(folder).Select(path => new LabeledImage(path, Path.GetFileName(Path.GetDirectoryName(path)!)))];

    private static IEnumerable<(string Name, IReadOnlyList<LabeledImage> Images)> Extra(Settings settings, int? limit, CancellationToken cancellation)
        => OodOption.ParseAll(settings.Ood).Select(option => (option.Name, option.Load(Opener(settings), settings.ImageSize, settings.Seed, limit, cancellation)));

    // The same share of each class, at random but always the same for a seed.
    private static (IReadOnlyList<LabeledImage> Others, IReadOnlyList<LabeledImage> Part) Split(IReadOnlyList<LabeledImage> images, double share, int seed, string part)
    {
        var random = new Random(HashCode(seed, part));
        var chosen = images.GroupBy(image => image.Label).SelectMany(group =>
        {
            var shuffled = group.ToArray();
            random.Shuffle(shuffled);
            return shuffled.Take((int)Math.Round(share * shuffled.Length));
        }).ToHashSet();
        return ([.. images.Where(image => !chosen.Contains(image))], [.. images.Where(chosen.Contains)]);
    }

    // Not string.GetHashCode, which differs from run to run.
    private static int HashCode(int seed, string part) => part.Aggregate(seed, (hash, letter) => unchecked((hash * 31) + letter));

    private sealed class Fraction(IProgress<double> progress, double total) : IProgress<int>
    {
        public void Report(int value) => progress.Report(value / total);
    }
}
