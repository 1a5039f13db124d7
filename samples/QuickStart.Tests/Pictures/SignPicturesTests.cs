using QuickStart.Pictures;
using Shared.CommandLine;
using Shared.Images;
using Shared.Painting;

namespace QuickStart.Tests.Pictures;

public sealed class SignPicturesTests
{
    private static readonly SignPictureCounts Few = new() { Train = 2, Calibration = 1, Test = 1, Near = 1, Textures = 14, Noise = 4 };

    private TemporaryFolder _folder;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Write_Counts_GivesThatManyOfEachKind()
    {
        var set = Write("set", Few, seed: 1);
        Assert.Multiple(() =>
        {
            Assert.That(Counts(set.Train), Is.EqualTo(Enumerable.Repeat(2, 8)));
            Assert.That(Counts(set.Calibration), Is.EqualTo(Enumerable.Repeat(1, 8)));
            Assert.That(Counts(set.Test), Is.EqualTo(Enumerable.Repeat(1, 8)));
            Assert.That(Counts(set.Near), Is.EqualTo(Enumerable.Repeat(1, 5)));
            Assert.That(Counts(set.Textures), Is.EqualTo(Enumerable.Repeat(2, 7)));
            Assert.That(Counts(set.Noise), Is.EqualTo(Enumerable.Repeat(2, 2)));
            Assert.That(ImageFiles.Below(set.Root), Has.Count.EqualTo(SignPictures.Total(Few)));
        });
    }

    [Test]
    public void Write_SameSeed_GivesSameBytes()
        => Assert.That(Bytes(Write("a", Few, seed: 1)), Is.EqualTo(Bytes(Write("b", Few, seed: 1))));

    [Test]
    public void Write_OtherSeed_GivesOtherPicturesEverywhere()
        => Assert.That(Bytes(Write("a", Few, seed: 1)).Intersect(Bytes(Write("b", Few, seed: 2))), Is.Empty);

    [Test]
    public void Write_NoTwoPictures_AreTheSame()
        => Assert.That(Bytes(Write("a", Few, seed: 1)), Is.Unique);

    [Test]
    public void Write_MorePictures_KeepsTheFirst()
    {
        var few = Write("a", Few, seed: 1);
        var more = Write("b", Few with { Train = 3 }, seed: 1);
        Assert.That(Bytes(few), Is.SubsetOf(Bytes(more)));
    }

    [Test]
    public void Write_SetIsThere_IsKeptAsItIs()
    {
        var probe = ImageFiles.Below(Write("set", Few, seed: 1).Train)[0];
        File.WriteAllText(probe, "touched");
        Write("set", Few, seed: 1);
        Assert.That(File.ReadAllText(probe), Is.EqualTo("touched"));
    }

    [Test]
    public void Write_SetOfAnotherSeedIsThere_IsReplaced()
    {
        Write("set", Few with { Train = 5 }, seed: 2);
        Assert.That(Bytes(Write("set", Few, seed: 1)), Is.EqualTo(Bytes(Write("other", Few, seed: 1))));
    }

    [Test]
    public void Write_FolderOfSomebodyElse_IsLeftAlone()
    {
        _folder.WithImages("set/mine.png");
        Assert.Multiple(() =>
        {
            Assert.That(() => Write("set", Few, seed: 1), Throws.TypeOf<InputException>());
            Assert.That(Directory.EnumerateFileSystemEntries(_folder.Root, "*", SearchOption.AllDirectories).Count(), Is.EqualTo(2));
        });
    }

    [Test]
    public void Write_Cancelled_LeavesNothingBehind()
        => Assert.Multiple(() =>
        {
            Assert.That(
                () => SignPictures.Write(_folder.At("set"), Few, 1, cancellation: new(canceled: true)),
                Throws.InstanceOf<OperationCanceledException>());
            Assert.That(Directory.EnumerateFileSystemEntries(_folder.Root), Is.Empty);
        });

    // Pixels, not PNG bytes: what a network sees must not depend on the machine. A few last bits may, as the sine is the system's.
    // When this number changes on purpose, PainterVersion must be raised with it.
    [Test]
    public void Paint_Seed_GivesThesePixelsOnEveryMachine()
    {
        Assert.That(SignPictures.PainterVersion, Is.EqualTo(1));
        Assert.That(Checksum(SignPainter.Paint(Pictogram.Known[0], new(1, "golden"))), Is.EqualTo(2_911_000).Within(100));
    }

    private static double Checksum(Canvas canvas)
    {
        using var bitmap = SkiaSharp.SKBitmap.Decode(canvas.EncodePng());
        return bitmap.Pixels.Select((p, i) => (i % 7 + 1) * (p.Red + 2.0 * p.Green + 3.0 * p.Blue)).Sum();
    }

    private SignPictureSet Write(string name, SignPictureCounts counts, int seed) => SignPictures.Write(_folder.At(name), counts, seed);

    private static IEnumerable<int> Counts(string part) => ScannedFolder.Read(part, new()).Folders.Select(folder => folder.Images.Count);

    private static string[] Bytes(SignPictureSet set) => [.. ImageFiles.Below(set.Root).Select(p => Convert.ToBase64String(File.ReadAllBytes(p)))];
}
