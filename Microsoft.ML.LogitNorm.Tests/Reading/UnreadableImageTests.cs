using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.LogitNorm.Tests;

[TestFixture]
internal sealed class UnreadableImageTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Dispose();

    private static IEnumerable<TestCaseData> Broken()
    {
        using var image = EncodedImages.Paint(40, 30, (x, y) => new((byte)(x * 6), (byte)(y * 8), (byte)(x * y)));
        yield return Case("text", "Not an image, but a few words."u8.ToArray(), "is no image");
        yield return Case("random", [.. Enumerable.Range(0, 500).Select(i => (byte)((i * i * 31) + 7))], "is no image");
        yield return Case("empty", [], "is empty");
        yield return Case("one byte", [0xFF], "is no image");
        yield return Case("page", "<html><body>404</body></html>"u8.ToArray(), "a text such as SVG or a web page, which is not supported. JPEG, PNG");
        yield return Case("heic", [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0], "a HEIC image, which is not supported");
        yield return Case("tiff", [.. "II*\0"u8, 8, 0, 0, 0, 0, 0, 0, 0], "a TIFF or raw camera image");
        foreach (var format in (string[])["jpeg", "png", "webp"])
        {
            var bytes = image.Encode(format);
            yield return Case($"half {format}", bytes[..(bytes.Length / 2)], format == "webp" ? "Get it anew" : "ends too early");
            yield return Case($"{format} without its last tenth", bytes[..(bytes.Length * 9 / 10)], format == "webp" ? "Get it anew" : "ends too early");
            yield return Case($"start of a {format}", bytes[..20], "ends too early");
        }
        yield return Case("png without data", [.. EncodedImages.PngHeader(8, 8)], "ends too early");
        yield return Case("gif without data", [.. "GIF89a"u8, 8, 0, 8, 0, 0, 0, 0, 0x3B], "");
        yield return Case("icon bomb", EncodedImages.IconBomb(), "65,535 × 32,767 pixels, and at most 100,000,000 are read (MaxPixels). Make it smaller, raise MaxPixels");
        yield return Case("png of 100 million and more", EncodedImages.PngWithoutRows(10_000, 10_001), "10,000 × 10,001 pixels");
        yield return Case("huge png", EncodedImages.PngHeader(int.MaxValue, int.MaxValue), "");
        yield return Case("png of no size", EncodedImages.PngHeader(0, 5), "");

        static TestCaseData Case(string name, byte[] bytes, string problem) => new TestCaseData(bytes, problem).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Broken))]
    public void Read_File_NamesItAndWhatIsWrong(byte[] bytes, string problem)
    {
        var path = _folder[$"{TestContext.CurrentContext.Test.ID}.jpg"];
        File.WriteAllBytes(path, bytes);
        var error = Assert.Throws<RowException>(() => Images(path))!;
        Assert.That(error.Message, Does.Contain("row 0 (counted from 0)").And.Contain($"The file '{path}' ").And.Contain(problem).And.Contain("OnError"));
    }

    [TestCaseSource(nameof(Broken))]
    public void Read_Bytes_NamesTheColumnAndWhatIsWrong(byte[] bytes, string problem)
    {
        var error = Assert.Throws<UnreadableImageException>(() => Decoding.Pixels(bytes, 8, 8))!;
        Assert.That(error.Message, Does.StartWith("The image in column 'Photo' ").And.Contain(problem));
    }

    [Test]
    public void Read_NoPath_SaysWhatIsWrong()
    {
        Assert.That(() => Images(""), Throws.InstanceOf<InvalidOperationException>().With.Message.Contains("Column 'Path' has no path"));
        Assert.That(() => Images(_folder["none.png"]), Throws.InstanceOf<InvalidOperationException>().With.Message.Contains("none.png' is not there"));
        Assert.That(() => Images(_folder["none/a.png"]), Throws.InstanceOf<InvalidOperationException>().With.Message.Contains("a.png' is not there"));
        Assert.That(() => Images(_folder.Path), Throws.InstanceOf<InvalidOperationException>().With.Message.Contains("is a folder"));
        Assert.That(() => Images("a\0b"), Throws.InstanceOf<InvalidOperationException>().With.Message.Contains("which is no path"));
    }

    [Test]
    public void Read_NoPermission_SaysSo()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Assert.Ignore("This user may read every file.");
            return;
        }
        var path = _folder["locked.png"];
        File.WriteAllBytes(path, EncodedImages.Flat(SKColors.Red));
        File.SetUnixFileMode(path, UnixFileMode.None);
        Assert.That(() => Images(path), Throws.InstanceOf<InvalidOperationException>().With.Message.Contains("may not be opened"));
    }

    // One of many: the others come, in order, and the error is of that row, whatever stands behind the images.
    [Test]
    public void Read_OneOfMany_EndsAtItsRow()
    {
        string[] paths = [.. Enumerable.Range(0, 60).Select(i => _folder[$"many{i}.png"])];
        foreach (var (i, path) in paths.Index())
            File.WriteAllBytes(path, i == 41 ? EncodedImages.PngHeader(4, 4) : EncodedImages.Flat(new SKColor((byte)i, 0, 0)));
        var view = View(paths);
        using (var cursor = view.GetRowCursor(view.Schema))
        {
            var get = cursor.GetGetter<MLImage>(view.Schema["Image"]);
            MLImage image = null!;
            for (var i = 0; i < 41; i++)
            {
                Assert.That(cursor.MoveNext(), Is.True);
                get(ref image);
                Assert.That(image.Pixels[2], Is.EqualTo(i));
            }
            Assert.That(cursor.MoveNext(), Is.True);
            Assert.That(() => get(ref image), Throws.InstanceOf<InvalidOperationException>().With.Message.Contains("row 41 (counted from 0)").And.Message.Contains("many41.png"));
            image.Dispose();
        }
        var scored = UntrainedModel.Create(_ml, PixelKind.Image).Transform(view);
        var error = Assert.Catch(() => _ = scored.GetColumn<float[]>("Score").Count())!;
        Assert.That(error.GetBaseException().Message, Does.Contain("row 41 (counted from 0)").And.Contain("many41.png"));
    }

    private MLImage[] Images(params string[] paths) => [.. View(paths).GetColumn<MLImage>("Image")];

    private IDataView View(string[] paths)
    {
        var rows = _ml.Data.LoadFromEnumerable(paths.Select(path => new FileRow { Path = path }));
        return _ml.Transforms.ReadImages("Image", TinyImages.Size, TinyImages.Size, "Path").Fit(rows).Transform(rows);
    }

    private sealed class FileRow
    {
        public string Path { get; set; } = "";
    }
}
