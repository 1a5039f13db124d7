using Shared.CommandLine;
using Shared.Images;

namespace CompareScores;

/// <summary>All images of a run.</summary>
/// <param name="Train">What scores learn from; null if none can.</param>
/// <param name="Test">Images of the models' classes.</param>
internal sealed record ImageSets(IReadOnlyList<LabeledImage>? Train, IReadOnlyList<LabeledImage> Test)
{
    private const int NoiseSeed = 1, SearchOnEvery = 5;
    private const string SearchOption = "--search-on";

    /// <summary>Opens the images that the classes' names belong to; those that cannot be decoded are reported and left out.</summary>
    /// <exception cref="InputException">A path does not hold what it should, or none of its images can be read.</exception>
    public static ImageSets Open(Settings settings, ImageSource source, Action<UnreadableImage> unreadable, CancellationToken cancellation)
    {
        return new(
            settings.Train is { } train ? Labelled("--train", train, DataPart.Train, settings.TrainLimit) : null,
            Labelled("--test", settings.Test!, DataPart.Test, settings.Limit));

        IReadOnlyList<LabeledImage> Labelled(string option, string path, DataPart part, int? limit)
            => ImageCheck.Keep(ClassFolders.Open(source, option, path, part, limit, cancellation), $"{option} {path}", unreadable, cancellation);
    }

    /// <summary>Test images to choose hyper-parameters with: every fifth, as they come class by class.</summary>
    public IReadOnlyList<LabeledImage> Validation => [.. Test.Where((_, row) => row % SearchOnEvery == 0)];

    /// <summary>The other test images, to report on after a choice.</summary>
    public IReadOnlyList<LabeledImage> Reported => [.. Test.Where((_, row) => row % SearchOnEvery != 0)];

    /// <summary>Makes sure that nothing is chosen on images that are reported.</summary>
    /// <exception cref="InputException">A name or a path is in both.</exception>
    public static void RequireApart(Settings settings)
    {
        var reported = OodOption.ParseAll(settings.Ood);
        foreach (var option in OodOption.ParseAll(settings.SearchOn, SearchOption))
            if (reported.Any(other => other.Name == option.Name || (option.Path is { } path && other.Path is { } own && SamePath(path, own))))
                throw new InputException($"{SearchOption} {option.Name}: the set is among those of --ood. What is reported after a choice on the same images "
                    + "is too good: choose on a set of its own.");

        static bool SamePath(string path, string other) => Path.GetFullPath(path) == Path.GetFullPath(other);
    }

    /// <summary>Opens the sets to choose hyper-parameters on; generated ones are of the size that a model looks at.</summary>
    /// <exception cref="InputException">A path does not hold what it should, or none of its images can be read.</exception>
    public IReadOnlyList<UnknownSet> Searched(
        Settings settings, ImageSource source, int imageSize, Action<UnreadableImage> unreadable, CancellationToken cancellation)
        => Sets(OodOption.ParseAll(settings.SearchOn, SearchOption), settings, source, imageSize, unreadable, cancellation);

    /// <summary>Opens the sets of unknown images; generated ones are of the size that a model looks at.</summary>
    /// <exception cref="InputException">A path does not hold what it should, or none of its images can be read.</exception>
    public IReadOnlyList<UnknownSet> Unknown(
        Settings settings, ImageSource source, int imageSize, Action<UnreadableImage> unreadable, CancellationToken cancellation)
        => Sets(OodOption.ParseAll(settings.Ood), settings, source, imageSize, unreadable, cancellation);

    private IReadOnlyList<UnknownSet> Sets(
        IEnumerable<OodOption> options,
        Settings settings,
        ImageSource source,
        int imageSize,
        Action<UnreadableImage> unreadable,
        CancellationToken cancellation)
    {
        var limit = settings.Limit * Test.Select(image => image.Label).Distinct().Count();
        return [.. options.Select(option => new UnknownSet(
            option.Name,
            ImageCheck.Keep(option.Load(source, imageSize, NoiseSeed, limit, cancellation), $"{option.Option} {option.Name}", unreadable, cancellation)))];
    }

    /// <summary>Makes sure that the images are of a model's classes.</summary>
    /// <exception cref="InputException">Some are not; says which classes there are.</exception>
    public void RequireClassesOf(string model, IReadOnlyList<string> classes)
    {
        Check("--test", Test);
        Check("--train", Train ?? []);

        void Check(string option, IReadOnlyList<LabeledImage> images)
        {
            var others = images.Select(image => image.Label).Distinct().Except(classes).ToList();
            if (others.Count > 0)
                throw new InputException($"{option}: the model '{model}' does not know the class {Some(others)}. It knows {Some(classes)}. "
                    + "Give images of its own classes; others belong to --ood NAME=PATH.");
        }
    }

    private static string Some(IReadOnlyList<string> names) => string.Join(", ", names.Take(10)) + (names.Count > 10 ? $" … ({names.Count})" : "");
}

/// <summary>Images of none of the models' classes.</summary>
internal sealed record UnknownSet(string Name, IReadOnlyList<LabeledImage> Images);
