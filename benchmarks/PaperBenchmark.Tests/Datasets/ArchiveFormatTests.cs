using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using PaperBenchmark.Datasets;
using Shared.CommandLine;
using Shared.Images;
using SkiaSharp;

namespace PaperBenchmark.Tests.Datasets;

/// <summary>Tiny archives in the formats that the sets are published in.</summary>
public sealed class ArchiveFormatTests
{
    private TemporaryFolder _folder;
    private List<UnreadableImage> _unreadable;

    [SetUp]
    public void SetUp() => (_folder, _unreadable) = (new(), []);

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Cifar10_Binary_GivesPixelsAndLabels()
    {
        WriteCifar10(Record(1, [3]), Record(2, [1]));
        var (train, test) = (Load("cifar10", DatasetPart.Train), Load("cifar10", DatasetPart.Test));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(train.Count, Is.EqualTo(5), "one record in each of five files");
            Assert.That(train.Classes, Is.EqualTo(new[] { "airplane", "automobile", "bird", "cat" }));
            Assert.That(train.Labels, Is.All.EqualTo(3));
            Assert.That(train.Image(4).ToArray(), Is.EqualTo(Pixels(1)));
            Assert.That(test.Labels, Is.EqualTo(new[] { 1 }));
            Assert.That(test.Image(0).ToArray(), Is.EqualTo(Pixels(2)));
        }
    }

    [Test]
    public void Cifar100_Binary_TakesTheFineLabel()
    {
        WriteTar("cifar-100-binary.tar.gz",
            ("cifar-100-binary/train.bin", [.. Record(1, [0, 2]), .. Record(2, [1, 0])]),
            ("cifar-100-binary/test.bin", Record(3, [1, 1])),
            ("cifar-100-binary/fine_label_names.txt", Encoding.UTF8.GetBytes("apple\nbear\ncan\n")),
            ("cifar-100-binary/coarse_label_names.txt", Encoding.UTF8.GetBytes("fruit\nanimals\n")));
        var (train, test) = (Load("cifar100", DatasetPart.Train), Load("cifar100", DatasetPart.Test));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(train.Classes, Is.EqualTo(new[] { "apple", "bear", "can" }));
            Assert.That(train.Labels, Is.EqualTo(new[] { 2, 0 }));
            Assert.That(train.Image(1).ToArray(), Is.EqualTo(Pixels(2)));
            Assert.That(test.Labels, Is.EqualTo(new[] { 1 }));
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Svhn_MatFile_TransposesTheImagesAndMapsTenToZero(bool compressed)
    {
        _folder.Write("test_32x32.mat", Mat(compressed, [Svhn(1), Svhn(2), Svhn(3)], [10, 1, 9]));
        var test = Load("svhn", DatasetPart.Test);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(test.Labels, Is.EqualTo(new[] { 0, 1, 9 }));
            Assert.That(test.Classes, Has.Count.EqualTo(10));
            Assert.That(test.Image(1).ToArray(), Is.EqualTo(Pixels(2)));
        }
    }

    [TestCase("lsun-crop", "LSUN.tar.gz", "LSUN/test/a_0.jpg.png", 36)]
    [TestCase("lsun-resize", "LSUN_resize.tar.gz", "LSUN_resize/LSUN_resize/0.png", 32)]
    [TestCase("isun", "iSUN.tar.gz", "iSUN/iSUN_patches/0.png", 32)]
    public void OdinSets_TarOfImages_GiveTheMiddle(string name, string archive, string entry, int size)
    {
        // A white frame around red: what is cut off is the frame.
        WriteTar(archive, (entry, Png(size, Frame)));
        var set = Load(name, DatasetPart.Test);
        Assert.That(set.Count, Is.EqualTo(1));
        Assert.That(set.Pixels, Is.EqualTo(Enumerable.Repeat((byte)255, 1024).Concat(Enumerable.Repeat((byte)0, 2048))));

        SKColor Frame(int x, int y) => Math.Min(Math.Min(x, y), Math.Min(size - 1 - x, size - 1 - y)) < (size - 32) / 2 ? SKColors.White : SKColors.Red;
    }

    [Test]
    public void Textures_Archive_TakesItsImagesFolderOnly()
    {
        WriteTar("dtd-r1.0.1.tar.gz",
            ("dtd/images/banded/banded_0001.png", Png(64, (_, _) => SKColors.Lime)),
            ("dtd/images/dotted/dotted_0001.png", Png(64, (_, _) => SKColors.Lime)),
            ("dtd/labels/train1.txt", "banded/banded_0001.png"u8.ToArray()),
            ("dtd/other.png", Png(64, (_, _) => SKColors.Red)));
        var set = Load("textures", DatasetPart.Test);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(set.Count, Is.EqualTo(2));
            Assert.That(set.Labels, Is.Empty);
            Assert.That(
                set.Image(1).ToArray(),
                Is.EqualTo(Enumerable.Repeat((byte)0, 1024).Concat(Enumerable.Repeat((byte)255, 1024)).Concat(Enumerable.Repeat((byte)0, 1024))));
        }
    }

    [Test]
    public void CorruptImage_IsLeftOutAndNamed()
    {
        WriteTar("iSUN.tar.gz", ("iSUN/iSUN_patches/good.png", Png(32, (_, _) => SKColors.Red)), ("iSUN/iSUN_patches/bad.png", "no image"u8.ToArray()));
        Assert.That(Load("isun", DatasetPart.Test).Count, Is.EqualTo(1));
        Assert.That(_unreadable.Single().Path, Does.Contain("bad.png"));
    }

    [Test]
    public void Cifar10_TruncatedArchive_IsNamed()
    {
        WriteCifar10(Record(1, [3]), Record(2, [1]));
        var path = _folder.At("cifar-10-binary.tar.gz");
        var whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
        AssertRefused("cifar10", "cifar-10-binary.tar.gz");
    }

    [Test]
    public void Cifar10_RecordsOfAnotherLength_AreNamed()
    {
        WriteCifar10(Record(1, [3]), [.. Record(2, [1]), 7]);
        AssertRefused("cifar10", "test_batch.bin", "3,073");
    }

    [Test]
    public void Cifar10_UnknownClass_IsNamed()
    {
        WriteCifar10(Record(1, [3]), Record(2, [9]));
        AssertRefused("cifar10", "test_batch.bin", "class 9");
    }

    [TestCase("../evil.png")]
    [TestCase("/evil.png")]
    [TestCase("iSUN/../../evil.png")]
    public void Tar_EntryOutsideTheFolder_IsRefused(string entry)
    {
        WriteTar("iSUN.tar.gz", (entry, Png(32, (_, _) => SKColors.Red)));
        AssertRefused("isun", "iSUN.tar.gz", "outside");
    }

    [Test]
    public void Tar_Links_AreNotFollowed()
    {
        var secret = _folder.Write("secret.png", Png(32, (_, _) => SKColors.Red));
        using (var tar = new TarWriter(new GZipStream(File.Create(_folder.At("iSUN.tar.gz")), CompressionLevel.Fastest)))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "iSUN/link.png") { LinkName = secret });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "iSUN/own.png") { DataStream = new MemoryStream(Png(32, (_, _) => SKColors.Blue)) });
        }
        var set = Load("isun", DatasetPart.Test);
        Assert.That(set.Count, Is.EqualTo(1));
        Assert.That(set.Image(0)[0], Is.Zero, "blue, not the red that the link points at");
    }

    [Test]
    public void Svhn_Version73_IsNamed()
    {
        _folder.Write("test_32x32.mat", [.. Encoding.ASCII.GetBytes("MATLAB 7.3 MAT-file".PadRight(124)), 0, 2, (byte)'I', (byte)'M', .. new byte[512]]);
        AssertRefused("svhn", "test_32x32.mat", "7.3");
    }

    [Test]
    public void Svhn_BigEndian_IsNamed()
    {
        _folder.Write("test_32x32.mat", [.. Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file".PadRight(124)), 1, 0, (byte)'M', (byte)'I', .. new byte[512]]);
        AssertRefused("svhn", "test_32x32.mat", "big-endian");
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Svhn_Truncated_IsNamed(bool compressed)
    {
        var whole = Mat(compressed, [Svhn(1), Svhn(2)], [1, 2]);
        _folder.Write("test_32x32.mat", whole[..(whole.Length * 2 / 3)]);
        AssertRefused("svhn", "test_32x32.mat", "too early");
    }

    [Test]
    public void Svhn_DigitOutOfRange_IsNamed()
    {
        _folder.Write("test_32x32.mat", Mat(compressed: true, [Svhn(1)], [11]));
        AssertRefused("svhn", "test_32x32.mat", "11");
    }

    [Test]
    public void MissingSet_NamesTheFolderAndTheCommand()
    {
        var error = Assert.Throws<MissingDatasetException>(() => Load("svhn", DatasetPart.Test));
        Assert.That(error.Message, Does.Contain(_folder.Root).And.Contain("download svhn"));
    }

    private ImageTable Load(string name, DatasetPart part)
        => new DatasetFolder(_folder.Root, _folder.At("cache"), image => { lock (_unreadable) _unreadable.Add(image); }).Load(name, part, 32, null, default);

    private void AssertRefused(string name, params string[] named)
    {
        var error = Assert.Throws<InputException>(() => Load(name, DatasetPart.Test));
        foreach (var text in named)
            Assert.That(error.Message, Does.Contain(text));
    }

    private void WriteCifar10(byte[] train, byte[] test) => WriteTar("cifar-10-binary.tar.gz",
    [
        .. Enumerable.Range(1, 5).Select(i => ($"cifar-10-batches-bin/data_batch_{i}.bin", train)),
        ("cifar-10-batches-bin/test_batch.bin", test),
        ("cifar-10-batches-bin/batches.meta.txt", "airplane\nautomobile\nbird\ncat\n\n"u8.ToArray()),
    ]);

    private void WriteTar(string name, params (string Name, byte[] Content)[] entries)
    {
        using var tar = new TarWriter(new GZipStream(File.Create(_folder.At(name)), CompressionLevel.Fastest));
        foreach (var (entry, content) in entries)
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, entry) { DataStream = new MemoryStream(content) });
    }

    private static byte[] Record(int seed, byte[] labels) => [.. labels, .. Pixels(seed)];

    private static byte[] Pixels(int seed)
    {
        var pixels = new byte[3072];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }

    // Column-major, as MATLAB stores [32, 32, 3]: the row index runs fastest.
    private static byte[] Svhn(int seed)
    {
        var (planes, columns) = (Pixels(seed), new byte[3072]);
        for (var channel = 0; channel < 3; channel++)
            for (var y = 0; y < 32; y++)
                for (var x = 0; x < 32; x++)
                    columns[(channel * 1024) + (x * 32) + y] = planes[(channel * 1024) + (y * 32) + x];
        return columns;
    }

    private static byte[] Mat(bool compressed, byte[][] images, double[] digits)
    {
        using var file = new MemoryStream();
        file.Write(Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file, written by a test".PadRight(124)));
        file.Write([0, 1, (byte)'I', (byte)'M']);
        byte[][] arrays =
        [
            Array("X", 9, 2, [32, 32, 3, images.Length], [.. images.SelectMany(image => image)]),
            Array("y", 6, 9, [digits.Length, 1], [.. digits.SelectMany(BitConverter.GetBytes)]),
        ];
        foreach (var array in arrays)
        {
            if (!compressed)
            {
                file.Write(array);
                continue;
            }
            using var packed = new MemoryStream();
            using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
                zlib.Write(array);
            file.Write(BitConverter.GetBytes(15));
            file.Write(BitConverter.GetBytes((int)packed.Length));   // compressed elements are not padded
            file.Write(packed.ToArray());
        }
        return file.ToArray();

        static byte[] Array(string name, byte kind, int type, int[] sizes, byte[] content)
        {
            byte[] inside =
            [
                .. Element(6, [kind, 0, 0, 0, 0, 0, 0, 0]), .. Element(5, [.. sizes.SelectMany(BitConverter.GetBytes)]),
                .. Small(1, Encoding.ASCII.GetBytes(name)), .. Element(type, content),
            ];
            return Element(14, inside);
        }

        static byte[] Element(int type, byte[] content)
            => [.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(content.Length), .. content, .. new byte[(8 - (content.Length % 8)) % 8]];

        // A short element lies within its tag.
        static byte[] Small(int type, byte[] content) => [.. BitConverter.GetBytes(type | (content.Length << 16)), .. content, .. new byte[4 - content.Length]];
    }

    private static byte[] Png(int size, Func<int, int, SKColor> color)
    {
        using var bitmap = new SKBitmap(size, size);
        for (var y = 0; y < size; y++)
            for (var x = 0; x < size; x++)
                bitmap.SetPixel(x, y, color(x, y));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
