using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using SkiaSharp;

namespace Microsoft.ML.LogitNorm.Tests.Nearest;

/// <summary>Which training images are kept, and which of them are called the nearest.</summary>
[TestFixture]
public sealed class NearestImagesTests
{
    private static readonly string[] _names = ["cat", "dog"];

    private MLContext _ml = null!;

    [SetUp]
    public void CreateContext() => _ml = new(seed: 1);

    [Test]
    public void Transform_Embeddings_NamesThoseOfTheNearestDirection()
    {
        Row[] training = [Known(0, 1, 0), Known(0, 2, 0.2f), Known(1, 0, 3), Known(1, -1, 0)];
        var nearest = Fit(training, count: 4);
        var rows = Rows(nearest, Known(0, 5, 0), Known(0, 0, 0.1f), Known(0, 0, 0));

        Assert.That(rows[0].NearestImages, Is.EqualTo([0, 1, 2, 3]));
        Assert.That(rows[0].NearestSimilarities, Is.EqualTo([1, 2 / Math.Sqrt(4.04), 0, -1]).Within(1e-6));
        Assert.That(rows[1].NearestImages, Is.EqualTo([2, 1, 0, 3]));   // 0 and 3 are as far: the first of them first
        Assert.That(rows[1].NearestSimilarities, Is.EqualTo([1, 0.2 / Math.Sqrt(4.04), 0, 0]).Within(1e-6));
        Assert.That(rows[2].NearestSimilarities, Is.EqualTo(new float[4]));   // nothing has no direction
        Assert.That(nearest.Images.Select(image => image.Label), Is.EqualTo(["cat", "cat", "dog", "dog"]));
        Assert.That(nearest.Images.Select(image => image.ToString()), Is.EqualTo(["cat", "cat", "dog", "dog"]));
        Assert.That(nearest.Count, Is.EqualTo(4));
    }

    [Test]
    public void Transform_RandomEmbeddings_FindsWhatSortingFinds()
    {
        var random = new Random(3);
        Row[] training = [.. Enumerable.Range(0, 200).Select(i => Known(i % 2, Next(), Next()))];
        var nearest = Fit(training, count: 7, most: 200);
        // The images are kept class by class.
        float[][] kept = [.. training.Where((_, i) => i % 2 == 0).Concat(training.Where((_, i) => i % 2 == 1)).Select(row => row.Embedding)];
        foreach (var row in Rows(nearest, [.. Enumerable.Range(0, 50).Select(_ => Known(0, Next(), Next()))]))
        {
            var expected = kept.Index().OrderByDescending(entry => Cosine(entry.Item, row.Embedding)).Take(7).ToArray();
            Assert.That(row.NearestImages, Is.EqualTo(expected.Select(entry => entry.Index)));
            Assert.That(row.NearestSimilarities, Is.EqualTo(expected.Select(entry => Cosine(entry.Item, row.Embedding))).Within(1e-5));
        }

        float Next() => (float)((random.NextDouble() * 2) - 1);

        static double Cosine(float[] left, float[] right)
            => left.Zip(right, (a, b) => (double)a * b).Sum() / Math.Sqrt(left.Sum(a => (double)a * a) * right.Sum(b => (double)b * b));
    }

    [Test]
    public void Fit_Images_KeepsThemSmallAndOpaque()
    {
        Row[] training =
        [
            Known(0, 1, 0, Image(40, 20, new(200, 100, 50))),
            Known(0, 1, 1, Image(3, 5, new(10, 20, 30))),
            Known(1, 0, 1, Image(8, 8, new(0, 0, 0, 0))),   // nothing, which is white
            Known(1, -1, 0, Image(16, 8, new(200, 100, 50), MLPixelFormat.Rgba32)),
        ];
        var nearest = Fit(training, count: 1, thumbnail: 8);
        (int, int, SKColor)[] found = [.. nearest.Images.Select(image =>
        {
            using var bitmap = SKBitmap.Decode(image.Thumbnail.Span);
            return (bitmap.Width, bitmap.Height, bitmap.GetPixel(1, 1));
        })];
        Assert.That(
            found,
            Is.EqualTo([(8, 4, new SKColor(200, 100, 50)), (3, 5, new(10, 20, 30)), (8, 8, new(255, 255, 255)), (8, 4, new(200, 100, 50))]));
    }

    [Test]
    public void Fit_ManyRows_KeepsAsManyOfEachClassAndTheSameEachTime()
    {
        Row[] training = [.. Enumerable.Range(0, 300).Select(i => Known(0, i, 1)), .. Enumerable.Range(0, 4).Select(i => Known(1, i, -1))];
        var (first, second) = (Fit(training, most: 20), Fit(training, most: 20));

        Assert.That(first.Images.CountBy(image => image.Label), Is.EquivalentTo(new Dictionary<string, int> { ["cat"] = 10, ["dog"] = 4 }));
        Assert.That(Rows(first, training[299])[0].NearestSimilarities[0], Is.GreaterThan(Rows(first, training[0])[0].NearestSimilarities[0]), "not the first 10");
        Assert.That(Rows(second, training).Select(row => row.NearestImages), Is.EqualTo(Rows(first, training).Select(row => row.NearestImages)));
        Assert.That(Fit(training, most: 1, count: 1).Images, Has.Count.EqualTo(2), "one of each class at least");
    }

    [Test]
    public void Fit_RowsOfAClass_AreKeptWithTheSameProbability()
    {
        // 1,000 classes of 10 rows, of which 2 are kept each: how often each place is.
        const int Classes = 1000, PerClass = 10;
        var counts = new int[PerClass];
        var rows = Enumerable.Range(0, Classes * PerClass).Select(i => new Many { Label = (uint)(i / PerClass), Embedding = [1, i % PerClass], Image = Pixel() });
        var nearest = _ml.Transforms.NearestImages(1, 2 * Classes).Fit(_ml.Data.LoadFromEnumerable(rows));
        Assert.That(nearest.Images, Has.Count.EqualTo(2 * Classes));
        Assert.That(nearest.Images[^1].Label, Is.EqualTo("class 1000"), "keys without values");
        var file = ModelFile.Of(_ml, nearest, _ml.Data.LoadFromEnumerable(rows.Take(1)).Schema);
        file.WithTensors("Nearest.safetensors", tensors =>
        {
            var directions = tensors["Directions"].data<float>().ToArray();
            for (var i = 0; i < directions.Length; i += 2)
                counts[(int)Math.Round(directions[i + 1] / directions[i])]++;
        });
        Assert.That(counts, Is.All.InRange(150, 250));   // 200 each, and 4 deviations of 12.6 to each side
    }

    [Test]
    public void Fit_RowsWithoutLabel_AreLeftOutWithAWarning()
    {
        var warnings = Warnings();
        var nearest = Fit([Known(0, 1, 0), Known(null, 0, 1), Known(1, 0, 1)], count: 1);
        Assert.That(nearest.Images, Has.Count.EqualTo(2));
        Assert.That(warnings, Is.EqualTo(["1 rows have no label, or one that is not among the classes; they are left out."]));
    }

    [Test]
    public void Fit_TooFewRows_SaysHowManyThereAre()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Fit([Known(0, 1, 0), Known(1, 0, 1), Known(null, 0, 1)]))!;
        Assert.That(error.Message, Is.EqualTo(
            "NearestImages names 3 images for each row, and 2 could be kept: the data has 2 rows with a label and an image, and 1 without a label. "
            + "Fit it on the rows that the network was trained on, or ask for fewer (count)."));
        Assert.That(() => Fit([]), Throws.InstanceOf<InvalidOperationException>().With.Message.Contains("0 could be kept: the data has 0 rows"));
    }

    [Test]
    public void Fit_FewerKeptThanNamed_NamesMostImages()
    {
        var rows = Enumerable.Range(0, 40).Select(i => new Many { Label = (uint)(i % 2), Embedding = [1, i], Image = Pixel() });
        var nearest = _ml.Transforms.NearestImages(count: 501, mostImages: 501).Fit(_ml.Data.LoadFromEnumerable(
            Enumerable.Range(0, 501).Select(i => new Many { Label = (uint)i, Embedding = [1, i], Image = Pixel() })));
        Assert.That(nearest.Images, Has.Count.EqualTo(501), "one of each class");
        Assert.That(
            () => _ml.Transforms.NearestImages(count: 3, mostImages: 3).Fit(_ml.Data.LoadFromEnumerable(rows)),
            Throws.InvalidOperationException.With.Message.StartsWith("NearestImages names 3 images for each row, and 2 could be kept: of 1000 classes (")
                .And.Message.EndsWith("at most 1 each, as mostImages is 3. Raise it, or ask for fewer (count)."));
    }

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void Embedding_NotFinite_NamesTheRow(float value)
    {
        Assert.That(
            () => Fit([Known(0, 1, 0), Known(1, 0, value)], count: 1),
            Throws.InstanceOf<InvalidOperationException>().With.Message.StartsWith($"Column 'Embedding' holds {value} in row 1 (counted from 0)"));
        var nearest = Fit([Known(0, 1, 0)], count: 1);
        Assert.That(
            () => Rows(nearest, Known(0, 1, 0), Known(0, value, 1)),
            Throws.InstanceOf<InvalidOperationException>().With.Message.StartsWith($"Column 'Embedding' holds {value} in row 1 (counted from 0)"));
    }

    [Test]
    public void Fit_RowWithoutImage_NamesTheRow()
    {
        var row = Known(1, 0, 1);
        row.Image = null;
        Assert.That(
            () => Fit([Known(0, 1, 0), row], count: 1),
            Throws.InstanceOf<InvalidOperationException>().With.Message.EqualTo("Column 'Image' has no image in row 1 (counted from 0). Is its path empty?"));
    }

    [Test]
    public void Transform_EmbeddingOfAnotherModel_IsRefused()
    {
        var nearest = Fit([Known(0, 1, 0)], count: 1);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => nearest.Transform(_ml.Data.LoadFromEnumerable([new Wide()])))!;
        Assert.That(error.Message, Does.Contain("expected Vector<Single, 2>, as of the images that were kept, got Vector<Single, 3>"));
    }

    [Test]
    public void Options_ThatCannotBe_AreRefused()
    {
        Assert.That(() => _ml.Transforms.NearestImages(0), Refused("count"));
        Assert.That(() => _ml.Transforms.NearestImages(5, 4), Refused("mostImages"));
        Assert.That(() => _ml.Transforms.NearestImages(thumbnailSize: 0), Refused("thumbnailSize"));
        Assert.That(() => _ml.Transforms.NearestImages(imageColumnName: ""), Throws.ArgumentException);
        Assert.That(() => _ml.Transforms.NearestImages(labelColumnName: ""), Throws.ArgumentException);
        Assert.That(() => _ml.Transforms.NearestImages(embeddingColumnName: ""), Throws.ArgumentException);
        Assert.That(
            () => _ml.Transforms.NearestImages(outputColumnName: "Same", similarityColumnName: "Same"),
            Throws.ArgumentException.With.Message.Contains("cannot both be called 'Same'"));

        static NUnit.Framework.Constraints.IResolveConstraint Refused(string parameter)
            => Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo(parameter);
    }

    [Test]
    public void Pipeline_WithImagesThatCannotBeRead_LeavesThemOutAndNamesNone()
    {
        using var folder = new TemporaryFolder();
        var rows = TinyImages.Rows(48);
        foreach (var row in rows)
        {
            row.Name = $"{row.Id}.png";
            File.WriteAllBytes(folder[row.Name], row.Id == 5 ? [1, 2, 3] : EncodedImages.Flat(new((byte)(80 * (row.Id % 3)), 40, 40)));
        }
        var warnings = Warnings();
        var data = _ml.Data.LoadFromEnumerable(rows);
        using var model = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.ReadImages("Image", 8, 8, "Name", folder.Path, onError: ImageErrorMode.Mark))
            .Append(_ml.MulticlassClassification.Trainers.LogitNorm(TinyImages.Options with { Epochs = 1 }))
            .Append(_ml.Transforms.NearestImages(2, 100))
            .Fit(data);

        Assert.That(model.LastTransformer.Images, Has.Count.EqualTo(47));
        Assert.That(warnings, Has.Some.StartsWith("1 rows have no image that can be read; they are left out. It is row 5 (counted from 0)"));
        using var engine = _ml.Model.CreatePredictionEngine<TinyImages.Row, Found>(model);
        var (broken, whole) = (engine.Predict(rows[5]), engine.Predict(rows[6]));
        Assert.That(broken.NearestImages, Is.EqualTo([-1, -1]));
        Assert.That(broken.NearestSimilarities, Is.EqualTo([float.NaN, float.NaN]));
        Assert.That(whole.NearestSimilarities[0], Is.EqualTo(1).Within(1e-5), "its own image is kept");
        Assert.That(model.LastTransformer.Images[whole.NearestImages[0]].Label, Is.EqualTo("red"));
    }

    [Test]
    public void Fit_ShownImageThatCannotBeRead_IsLeftOut()
    {
        using var folder = new TemporaryFolder();
        var rows = TinyImages.Rows(30);
        foreach (var row in rows)
        {
            row.Name = $"{row.Id}.png";
            File.WriteAllBytes(folder[row.Name], row.Id == 5 ? [1, 2, 3] : EncodedImages.Flat(new(40, 40, 40)));
        }
        var warnings = Warnings();
        using var model = TinyImages.Pipeline(_ml, TinyImages.Options with { Epochs = 1 }).Fit(_ml.Data.LoadFromEnumerable(rows));
        var classified = model.Transform(_ml.Data.LoadFromEnumerable(rows));
        var shown = _ml.Transforms.ReadImages("Shown", 8, 8, "Name", folder.Path, onError: ImageErrorMode.Mark).Fit(classified).Transform(classified);
        var nearest = _ml.Transforms.NearestImages(imageColumnName: "Shown").Fit(shown);
        Assert.That(nearest.Images, Has.Count.EqualTo(29));
        Assert.That(warnings, Has.Some.StartsWith("1 rows have no image that can be read; they are left out. It is row 5 (counted from 0)"));
    }

    private NearestImagesTransformer Fit(Row[] rows, int count = 3, int most = 500, int thumbnail = 64)
        => _ml.Transforms.NearestImages(count, most, thumbnail).Fit(View(rows));

    private Found[] Rows(NearestImagesTransformer nearest, params Row[] rows)
        => [.. _ml.Data.CreateEnumerable<Found>(nearest.Transform(View(rows)), reuseRowObject: false)];

    private IDataView View(Row[] rows)
    {
        var (data, classes) = (_ml.Data.LoadFromEnumerable(rows), _ml.Data.LoadFromEnumerable(_names.Select(name => new Class { Name = name })));
        return _ml.Transforms.Conversion.MapValueToKey("Label", keyData: classes).Fit(data).Transform(data);
    }

    private List<string> Warnings()
    {
        var warnings = new List<string>();
        _ml.Log += (_, message) =>
        {
            if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(message.RawMessage);
        };
        return warnings;
    }

    private static Row Known(int? label, float x, float y, MLImage? image = null)
        => new() { Label = label is { } number ? _names[number] : "", Embedding = [x, y], Image = image ?? Pixel() };

    private static MLImage Pixel() => Image(1, 1, new(0, 0, 0));

    private static MLImage Image(int width, int height, SKColor color, MLPixelFormat format = MLPixelFormat.Bgra32)
    {
        byte[] pixel = format == MLPixelFormat.Bgra32
            ? [color.Blue, color.Green, color.Red, color.Alpha]
            : [color.Red, color.Green, color.Blue, color.Alpha];
        return MLImage.CreateFromPixels(width, height, format, [.. Enumerable.Repeat(pixel, width * height).SelectMany(bytes => bytes)]);
    }

    private sealed class Found
    {
        public float[] Embedding { get; set; } = [];

        public int[] NearestImages { get; set; } = [];

        public float[] NearestSimilarities { get; set; } = [];
    }

    private sealed class Row
    {
        public string Label { get; set; } = "";

        [VectorType(2)]
        public float[] Embedding { get; set; } = [];

        [ImageType(8, 8)]
        public MLImage? Image { get; set; }
    }

    private sealed class Class
    {
        public string Name { get; set; } = "";
    }

    private sealed class Many
    {
        [KeyType(1000)]
        public uint Label { get; set; }

        [VectorType(2)]
        public float[] Embedding { get; set; } = [];

        [ImageType(8, 8)]   // of what size they are is not looked at
        public MLImage? Image { get; set; }
    }

    private sealed class Wide
    {
        [VectorType(3)]
        public float[] Embedding { get; set; } = [1, 2, 3];
    }
}
