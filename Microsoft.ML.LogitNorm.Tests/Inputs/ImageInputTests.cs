using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.LogitNorm.Tests.Inputs;

[TestFixture]
public sealed class ImageInputTests
{
    private static readonly ImageShape Colour = new(3, 8, 6), Grey = new(1, 8, 6);

    private static IEnumerable<TestCaseData> Accepted()
    {
        yield return Case("Image_OfKnownSize", new ImageDataViewType(8, 6), null, new("X", Colour, PixelKind.Image, true));
        yield return Case("Image_OfKnownSizeAndTheSameImageShape", new ImageDataViewType(8, 6), Colour, new("X", Colour, PixelKind.Image, true));
        yield return Case("Image_OfKnownSizeAsGrey", new ImageDataViewType(8, 6), Grey, new("X", Grey, PixelKind.Image, true));
        yield return Case("Image_OfUnknownSizeWithImageShape", new ImageDataViewType(), Colour, new("X", Colour, PixelKind.Image, true));
        yield return Case("Vector_ChannelsFirst", Single(3, 8, 6), null, new("X", Colour, PixelKind.VectorOfSingle, false));
        yield return Case("Vector_ChannelsFirstAndTheSameImageShape", Single(3, 8, 6), Colour, new("X", Colour, PixelKind.VectorOfSingle, false));
        yield return Case("Vector_ChannelsFirstOfBytes", Byte(3, 8, 6), null, new("X", Colour, PixelKind.VectorOfByte, false));
        yield return Case("Vector_Interleaved", Single(8, 6, 3), null, new("X", Colour, PixelKind.VectorOfSingle, true));
        yield return Case("Vector_InterleavedWithAlpha", Byte(8, 6, 4), null, new("X", new(4, 8, 6), PixelKind.VectorOfByte, true));
        yield return Case("Vector_OneChannel", Single(1, 8, 6), null, new("X", Grey, PixelKind.VectorOfSingle, false));
        yield return Case("Vector_TwoDimensions", Byte(8, 6), null, new("X", Grey, PixelKind.VectorOfByte, false));
        yield return Case("Vector_FlatWithImageShape", Single(144), Colour, new("X", Colour, PixelKind.VectorOfSingle, false));
        yield return Case("Vector_OfUnknownSizeWithImageShape", Byte(0), Colour, new("X", Colour, PixelKind.VectorOfByte, false));
        yield return Case("Vector_FiveChannelsWithImageShape", Single(5, 8, 6), new(5, 8, 6), new("X", new(5, 8, 6), PixelKind.VectorOfSingle, false));

        static TestCaseData Case(string name, DataViewType type, ImageShape? given, ImageInput expected)
            => new TestCaseData(type, given, expected).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Accepted))]
    public void Find_AcceptedType_TellsShapeKindAndOrder(DataViewType type, ImageShape? given, object expected)
        => Assert.That(ImageInput.Find(Schema(type), "X", given), Is.EqualTo(expected));

    [TestCaseSource(nameof(Accepted))]
    public void Check_AcceptedType_IsSilent(DataViewType type, ImageShape? given, object expected)
        => Assert.That(() => ImageInput.Check(Shapes.Of(Schema(type)), "X", given), Throws.Nothing);

    // The last column says whether the type alone, without data, is enough to refuse: dimensions are not part of an estimator's promise.
    [TestCaseSource(nameof(Refused))]
    public void Find_RefusedType_NamesColumnExpectedFoundAndRemedy(DataViewType type, ImageShape? given, string[] parts, bool withoutData)
        => AssertRefused(() => ImageInput.Find(Schema(type), "X", given), parts);

    [TestCaseSource(nameof(Refused))]
    public void Check_RefusedType_NamesColumnExpectedFoundAndRemedy(DataViewType type, ImageShape? given, string[] parts, bool withoutData)
    {
        if (withoutData)
            AssertRefused(() => ImageInput.Check(Shapes.Of(Schema(type)), "X", given), parts);
        else
            Assert.That(() => ImageInput.Check(Shapes.Of(Schema(type)), "X", given), Throws.Nothing);
    }

    private static IEnumerable<TestCaseData> Refused()
    {
        const string Expected = "expected MLImage of known size or a vector of Single or Byte of known shape";
        yield return Case(
            "Text", TextDataViewType.Instance, null, [Expected, "got String", "file paths, put LoadImages and ResizeImages before the trainer"], true);
        yield return Case("Scalar", NumberDataViewType.Single, null, [Expected, "got Single", "Put LoadImages and ResizeImages, or ExtractPixels"], true);
        yield return Case("Key", new KeyDataViewType(typeof(uint), 3), null, [Expected, "got Key<UInt32", "ExtractPixels"], true);
        yield return Case(
            "VectorOfDouble", new VectorDataViewType(NumberDataViewType.Double, 3, 8, 6), null, [Expected, "got Vector<Double", "ExtractPixels"], true);
        yield return Case(
            "VectorOfText",
            new VectorDataViewType(TextDataViewType.Instance, 3),
            null,
            [Expected, "got Vector<String", "Put LoadImages and ResizeImages, or ExtractPixels"],
            true);
        yield return Case(
            "VectorOfKeys",
            new VectorDataViewType(new KeyDataViewType(typeof(byte), 200), 3, 8, 6),
            null,
            [Expected, "got Vector<Key<Byte", "ExtractPixels"],
            true);
        yield return Case(
            "ImageOfUnknownSize",
            new ImageDataViewType(),
            null,
            [Expected, "got Image of unknown size", "Put ResizeImages before the trainer", "ImageShape"],
            true);
        yield return Case(
            "ImageOfAnotherSizeThanImageShape",
            new ImageDataViewType(8, 6),
            new(3, 6, 8),
            ["expected images of 6×8 (ImageShape)", "got Image<8, 6>", "Leave ImageShape out"],
            true);
        yield return Case(
            "ImageWithFourChannels",
            new ImageDataViewType(8, 6),
            new(4, 8, 6),
            ["expected 1 or 3 channels for MLImage", "got ImageShape 4×8×6", "Use 3 for colour or 1 for grey"],
            true);
        yield return Case(
            "FlatVector", Single(144), null, [Expected, "got Vector<Single, 144>", "use ExtractPixels directly before the trainer, or give ImageShape"], false);
        yield return Case(
            "FlatVectorOfAnotherLength",
            Single(144),
            new(3, 8, 8),
            ["expected Vector<Single, 192> for ImageShape 3×8×8", "got Vector<Single, 144>", "Make ImageShape fit"],
            false);
        yield return Case(
            "VectorOfAnotherShapeThanImageShape",
            Byte(3, 8, 6),
            new(3, 6, 8),
            ["expected images of 3×6×8 (ImageShape)", "got Vector<Byte, 3, 8, 6>", "Leave ImageShape out"],
            false);
        yield return Case("VectorOfTwoChannels", Single(2, 8, 6), null, [Expected, "got Vector<Single, 2, 8, 6>", "give ImageShape"], false);
        yield return Case("VectorOfUnknownSize", Byte(0), null, [Expected, "VarVector<Byte>", "ExtractPixels"], true, inFind: "got Vector<Byte>");

        static TestCaseData Case(string name, DataViewType type, ImageShape? given, string[] parts, bool withoutData, string? inFind = null)
            => new TestCaseData(
                type, given, inFind is null ? parts : parts.Where(part => !part.StartsWith("VarVector", StringComparison.Ordinal)).ToArray(), withoutData)
                .SetArgDisplayNames(name);
    }

    [Test]
    public void Find_MissingColumn_ListsThoseThatAreThere()
    {
        var schema = Schema(new ImageDataViewType(8, 6));
        AssertMissing(() => ImageInput.Find(schema, "Image", null));
        AssertMissing(() => ImageInput.Check(Shapes.Of(schema), "Image", null));

        static void AssertMissing(Action find) => Assert.That(find, Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.Contains("feature column 'Image'").And.Message.Contains("The columns are 'X'").And.Message.Contains("FeatureColumnName"));
    }

    [TestCaseSource(nameof(Accepted))]
    public void SizeIsLostIn_OnlyWhereTheTypeDoesNotTellIt(DataViewType type, ImageShape? given, object expected)
        => Assert.That(((ImageInput)expected).SizeIsLostIn(Schema(type)), Is.EqualTo(
            type is ImageDataViewType { Height: 0 } or VectorDataViewType { Dimensions.Length: 1 } || ((ImageInput)expected).Shape.Channels == 5));

    [TestCase(0, 8, 8)]
    [TestCase(3, 0, 8)]
    [TestCase(3, 8, -1)]
    public void ImageShape_WithoutPixels_IsRefused(int channels, int height, int width)
        => Assert.That(
            () => new ImageShape(channels, height, width),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("at least 1 channel, 1 row and 1 column"));

    [TestCase(8, 8, 128)]
    [TestCase(64, 64, 128)]
    [TestCase(64, 128, 64)]
    [TestCase(224, 224, 10)]
    [TestCase(3000, 4000, 1)]
    [TestCase(100_000, 100_000, 1)]
    public void ImageShape_BatchSize_ShrinksAsImagesGrow(int height, int width, int expected)
        => Assert.That(new ImageInput("Image", new(3, height, width), PixelKind.Image, Interleaved: true).RowsPerBatch, Is.EqualTo(expected));

    // What ML.NET's own transforms promise before there is data must be enough.
    [Test]
    public void Check_ImageTransformsOfMlNet_PromiseEnough()
    {
        var ml = new MLContext();
        var paths = Shapes.Of(Schema(TextDataViewType.Instance));
        var images = ml.Transforms.LoadImages("Image", "", "X").Append(ml.Transforms.ResizeImages("Image", 6, 8));
        Assert.Multiple(() =>
        {
            Assert.That(() => ImageInput.Check(images.GetOutputSchema(paths), "Image", null), Throws.Nothing);
            Assert.That(() => ImageInput.Check(images.Append(ml.Transforms.ConvertToGrayscale("Image")).GetOutputSchema(paths), "Image", Grey), Throws.Nothing);
            Assert.That(
                () => ImageInput.Check(images.Append(ml.Transforms.ExtractPixels("Pixels", "Image")).GetOutputSchema(paths), "Pixels", null), Throws.Nothing);
            Assert.That(
                () => ImageInput.Check(
                    images.Append(ml.Transforms.ExtractPixels("Pixels", "Image", outputAsFloatArray: false)).GetOutputSchema(paths), "Pixels", null),
                Throws.Nothing);
        });
    }

    private static void AssertRefused(Action act, string[] parts)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(act)!;
        Assert.Multiple(() =>
        {
            Assert.That(error.Message, Does.StartWith("Schema mismatch for feature column 'X': "));
            foreach (var part in parts)
                Assert.That(error.Message, Does.Contain(part));
        });
    }

    private static VectorDataViewType Single(params int[] dimensions) => new(NumberDataViewType.Single, dimensions);

    private static VectorDataViewType Byte(params int[] dimensions) => new(NumberDataViewType.Byte, dimensions);

    private static DataViewSchema Schema(DataViewType type)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("X", type);
        return builder.ToSchema();
    }
}
