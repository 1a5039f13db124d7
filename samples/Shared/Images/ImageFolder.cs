using Shared.CommandLine;

namespace Shared.Images;

/// <summary>The user's own images: what <c>--data</c> and <c>--test</c> point at.</summary>
/// <param name="Train">Images to train on.</param>
/// <param name="Validation">Images that the user keeps apart beside those to test with; otherwise null.</param>
/// <param name="Test">Images to test with, where the user keeps them apart; otherwise null.</param>
public sealed record ImageFolder(IReadOnlyList<LabeledImage> Train, IReadOnlyList<LabeledImage>? Validation, IReadOnlyList<LabeledImage>? Test)
{
    private const string Expected = "a folder with one sub-folder of images per class, or with train/ and test/ of that kind, or a zip of either";

    /// <summary>Where the validation images lie, for people.</summary>
    public string? ValidationFolder { get; private init; }

    /// <summary>Where the test images lie, for people.</summary>
    public string? TestFolder { get; private init; }

    /// <summary>The names of the classes, in order.</summary>
    public IReadOnlyList<string> Classes => [.. Train.Select(i => i.Label).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Reads the folders; no image is opened yet.</summary>
    /// <remarks>A folder <c>val</c> without one to test with is the one to test with, as many data sets have it.</remarks>
    /// <param name="source">Opens the paths, and is told what is left out.</param>
    /// <param name="data">The path given as <c>--data</c>.</param>
    /// <param name="test">The path given as <c>--test</c>; it goes before a test folder found in <paramref name="data"/>.</param>
    /// <param name="limit">At most this many images per class and part.</param>
    /// <param name="cancellation">Stops the unpacking of a zip file.</param>
    /// <param name="option">What <paramref name="data"/> was given as, where it is not <c>--data</c>.</param>
    /// <exception cref="InputException">The paths do not hold what they should; the message says what was expected.</exception>
    public static ImageFolder Load(
        ImageSource source, string data, string? test = null, int? limit = null, CancellationToken cancellation = default, string option = "--data")
    {
        var parts = DataParts.Find(ClassFolders.Unwrap(source.Read(option, data, Expected, cancellation)), source.LeftOut);
        if (test is not null)
        {
            DataParts.Unused(parts.Test, $"--test {test} is taken in its place", source.LeftOut);
            parts = parts with { Test = null };
        }
        else if (parts.Test is null)
        {
            parts = parts with { Test = parts.Validation, Validation = null };
        }

        var folder = new ImageFolder(
            ClassFolders.Load(option, parts.Train, limit, source.LeftOut),
            Part(parts.Validation),
            test is null ? Part(parts.Test) : ClassFolders.Open(source, "--test", test, DataPart.Test, limit, cancellation))
        {
            ValidationFolder = parts.Validation?.Path,
            TestFolder = test ?? parts.Test?.Path,
        };
        folder.RequireKnownClasses("test", folder.Test, folder.TestFolder);
        folder.RequireKnownClasses("validation", folder.Validation, folder.ValidationFolder);
        return folder;

        IReadOnlyList<LabeledImage>? Part(ScannedFolder? part) => part is null ? null : ClassFolders.Load(option, part, limit, source.LeftOut);
    }

    private void RequireKnownClasses(string part, IReadOnlyList<LabeledImage>? images, string? path)
    {
        var unknown = (images ?? []).Select(i => i.Label).Distinct().Except(Classes).ToList();
        if (unknown.Count > 0)
            throw new InputException($"The {part} images in {path} have classes that are not trained: {string.Join(", ", unknown)}. "
                + "Trained are: " + string.Join(", ", Classes) + ". Images of other classes belong to --ood NAME=PATH.");
    }
}
