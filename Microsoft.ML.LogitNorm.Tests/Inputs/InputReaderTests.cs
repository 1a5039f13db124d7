using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.LogitNorm.Tests.Inputs;

[TestFixture]
public sealed class InputReaderTests
{
    private const int Height = 5, Width = 4;
    private readonly MLContext _ml = new();

    // [H, W, 3]: every value differs from its neighbours in each direction.
    private static readonly byte[] Picture = [.. Enumerable.Range(0, Height * Width * 3).Select(i => (byte)((i * 37 + 11) % 256))];

    [TestCase(MLPixelFormat.Bgra32)]
    [TestCase(MLPixelFormat.Rgba32)]
    public void Read_Image_GivesRedGreenBlueInterleaved(MLPixelFormat format)
        => Assert.That(ReadBytes(Images(format), "Image"), Is.EqualTo(Picture));

    [Test]
    public void Read_ImageAsGrey_GivesLuma()
    {
        var expected = Enumerable.Range(0, Height * Width)
            .Select(i => Math.Round((0.299 * Picture[3 * i]) + (0.587 * Picture[(3 * i) + 1]) + (0.114 * Picture[(3 * i) + 2])));
        Assert.That(ReadBytes(Images(MLPixelFormat.Bgra32), "Image", new(1, Height, Width)), Is.EqualTo(expected));
    }

    [TestCase(false, false)]
    [TestCase(false, true)]
    [TestCase(true, false)]
    [TestCase(true, true)]
    public void Read_ExtractedPixels_AreThoseOfTheImage(bool interleaved, bool asBytes)
    {
        var pixels = _ml.Transforms.ExtractPixels("Pixels", "Image", interleavePixelColors: interleaved, outputAsFloatArray: !asBytes)
            .Fit(Images(MLPixelFormat.Bgra32));
        var view = pixels.Transform(Images(MLPixelFormat.Bgra32));
        Assert.That(asBytes ? ReadBytes(view, "Pixels") : ReadFloats(view, "Pixels").Select(value => (byte)value), Is.EqualTo(Picture));
    }

    [Test]
    public void Read_ExtractedSingleChannel_IsThatChannel()
    {
        var red = _ml.Transforms.ExtractPixels("Pixels", "Image", colorsToExtract: ImagePixelExtractingEstimator.ColorBits.Red)
            .Fit(Images(MLPixelFormat.Bgra32));
        Assert.That(ReadFloats(red.Transform(Images(MLPixelFormat.Bgra32)), "Pixels"), Is.EqualTo(Picture.Where((_, i) => i % 3 == 0)));
    }

    [Test]
    public void Read_SparseVectors_FillsWithZeros()
    {
        var view = _ml.Data.LoadFromEnumerable([new SparseRow { Planes = new(60, 2, [7f, 9f], [1, 40]), Interleaved = new(60, 2, [7f, 9f], [1, 40]) }]);
        var (planes, interleaved) = (ReadFloats(view, "Planes"), ReadFloats(view, "Interleaved"));
        Assert.Multiple(() =>
        {
            Assert.That(interleaved.Index().Where(value => value.Item != 0), Is.EqualTo(new[] { (1, 7f), (40, 9f) }));
            // Value 40 of the planes is pixel 0 of channel 2; value 1 is pixel 1 of channel 0.
            Assert.That(planes.Index().Where(value => value.Item != 0), Is.EqualTo(new[] { (2, 9f), (3, 7f) }));
        });
    }

    [Test]
    public void Read_RowAfterRow_LeavesNothingOfTheLast()
    {
        var view = _ml.Data.LoadFromEnumerable(
            [new SparseRow { Planes = new(60, [.. Enumerable.Repeat(5f, 60)]) }, new SparseRow { Planes = new(60, 0, [], []) }]);
        using var cursor = view.GetRowCursor(view.Schema);
        var column = ImageInput.Find(view.Schema, "Planes", null);
        var reader = InputReader.Open(cursor, column);
        var pixels = new byte[column.BytesPerRow];
        while (cursor.MoveNext())
            reader.Read(pixels);
        Assert.That(pixels, Is.All.Zero);
    }

    [Test]
    public void Read_NoImage_SaysSo()
        => AssertRefused(Load(new ImageRow()), "Image", "has a row with no image. Is its path empty?; expected an image of 3×5×4");

    [Test]
    public void Read_ImageOfAnotherSize_NamesBothSizesAndTheRemedy()
        => AssertRefused(
            Load(new ImageRow { Image = MLImage.CreateFromPixels(2, 3, MLPixelFormat.Rgba32, new byte[24]) }),
            "Image", "an image of 3×2 pixels", "Put ResizeImages before the model", "expected an image of 3×5×4");

    [Test]
    public void Read_VectorOfAnotherLength_NamesBoth()
        => AssertRefused(_ml.Data.LoadFromEnumerable([new FlatRow { Values = [1, 2, 3] }]), "Values", "a vector of 3 values", "expected an image of 3×5×4");

    private static void AssertRefused(IDataView view, string column, params string[] parts)
    {
        var error = Assert.Throws<InvalidOperationException>(() => Read(view, column, new(3, Height, Width)))!;
        Assert.That(error.Message, Does.StartWith($"Column '{column}'"));
        foreach (var part in parts)
            Assert.That(error.Message, Does.Contain(part));
    }

    private IDataView Images(MLPixelFormat format)
    {
        var pixels = new byte[Height * Width * 4];
        for (var i = 0; i < Height * Width; i++)
        {
            var (red, green, blue) = (Picture[3 * i], Picture[(3 * i) + 1], Picture[(3 * i) + 2]);
            byte[] pixel = format == MLPixelFormat.Bgra32 ? [blue, green, red, 255] : [red, green, blue, 255];
            pixel.CopyTo(pixels, 4 * i);
        }
        return Load(new ImageRow { Image = MLImage.CreateFromPixels(Width, Height, format, pixels) });
    }

    private IDataView Load(ImageRow row) => _ml.Data.LoadFromEnumerable([row]);

    private static byte[] ReadBytes(IDataView view, string column, ImageShape? given = null) => Read(view, column, given);

    private static float[] ReadFloats(IDataView view, string column) => MemoryMarshal.Cast<byte, float>(Read(view, column, null)).ToArray();

    private static byte[] Read(IDataView view, string name, ImageShape? given)
    {
        var column = ImageInput.Find(view.Schema, name, given);
        using var cursor = view.GetRowCursor([view.Schema[name]]);
        var reader = InputReader.Open(cursor, column);
        cursor.MoveNext();
        var pixels = new byte[column.BytesPerRow];
        reader.Read(pixels);
        return pixels;
    }

    private sealed class ImageRow
    {
        [ImageType(Height, Width)]
        public MLImage Image { get; set; } = null!;
    }

    private sealed class SparseRow
    {
        [VectorType(3, Height, Width)]
        public VBuffer<float> Planes { get; set; } = new(60, 0, [], []);

        [VectorType(Height, Width, 3)]
        public VBuffer<float> Interleaved { get; set; } = new(60, 0, [], []);
    }

    private sealed class FlatRow
    {
        public float[] Values { get; set; } = [];
    }
}
