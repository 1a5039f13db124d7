namespace ImageData;

/// <summary>The user's own images: what <c>--data</c> and <c>--test</c> point at.</summary>
/// <param name="Train">Images to train on.</param>
/// <param name="Test">Images to test with, where the user keeps them apart; otherwise null.</param>
public sealed record ImageFolder(IReadOnlyList<LabeledImage> Train, IReadOnlyList<LabeledImage>? Test)
{
    private const string Expected = "a folder with one sub-folder of images per class, or with train/ and test/ of that kind, or a zip of either";

    /// <summary>The names of the classes, in order.</summary>
    public IReadOnlyList<string> Classes => [.. Train.Select(i => i.Label).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Reads the folders; no image is opened yet.</summary>
    /// <param name="source">Opens zip files.</param>
    /// <param name="data">The path given as <c>--data</c>.</param>
    /// <param name="test">The path given as <c>--test</c>; it goes before a test folder found in <paramref name="data"/>.</param>
    /// <param name="limit">At most this many images per class and part.</param>
    /// <param name="cancellation">Stops the unpacking of a zip file.</param>
    /// <exception cref="InputException">The paths do not hold what they should; the message says what was expected.</exception>
    public static ImageFolder Load(ImageSource source, string data, string? test = null, int? limit = null, CancellationToken cancellation = default)
    {
        var root = ClassFolders.Unwrap(source.Open("--data", data, Expected, cancellation));
        var train = ClassFolders.Load("--data", ClassFolders.Part(root, "train") ?? root, limit);
        var testFolder = ClassFolders.Part(root, "test");
        var held = test is not null ? ClassFolders.Open(source, "--test", test, "test", limit, cancellation)
            : testFolder is not null ? ClassFolders.Load("--data", testFolder, limit)
            : null;
        var folder = new ImageFolder(train, held);
        folder.RequireKnownTestClasses(test ?? testFolder);
        return folder;
    }

    private void RequireKnownTestClasses(string? testFolder)
    {
        var unknown = (Test ?? []).Select(i => i.Label).Distinct().Except(Classes).ToList();
        if (unknown.Count > 0)
            throw new InputException($"The test images in {testFolder} have classes that are not trained: {string.Join(", ", unknown)}. "
                + "Trained are: " + string.Join(", ", Classes) + ". Images of other classes belong to --ood NAME=PATH.");
    }
}
