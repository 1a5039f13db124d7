using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.LogitNorm.Tests.Rows;

/// <summary>Images that an application holds in memory are the application's: reading a column of them disposes of none.</summary>
public sealed class ImageGetterTests
{
    private const int Size = 8;
    private readonly MLContext _ml = new(seed: 1);

    [Test]
    public void Predict_SameImageAgain_IsStillThere([Values(Size, 5)] int size)
    {
        using var image = Picture(1, size);
        using var model = UntrainedModel.Create(_ml, PixelKind.Image);
        var resize = _ml.Transforms.ResizeImages("Image", Size, Size).Fit(Rows(1, size));
        using var engine = _ml.Model.CreatePredictionEngine<Row, TinyImages.Prediction>(
            resize.Append(model), new PredictionEngineOptions { OwnsTransformer = false, IgnoreMissingColumns = true });
        using var other = Picture(2, size);
        float[][] logits = [.. ((MLImage[])[image, image, other, image]).Select(each => engine.Predict(new() { Image = each }).Logits.ToArray())];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(logits[1], Is.EqualTo(logits[0]));
            Assert.That(logits[3], Is.EqualTo(logits[0]));
            Assert.That(logits[2], Is.Not.EqualTo(logits[0]));
            Assert.That(image.Width, Is.EqualTo(size));
        }
    }

    // ResizeImages hands on the very image where it has the right size, and disposes of what it is handed back.
    [Test]
    public void Read_ResizeImagesOfEqualSize_DisposesOfNone([Values] bool tagged)
    {
        MLImage[] images = [.. Enumerable.Range(0, 50).Select(i => Picture(i, Size, tagged ? $"{i}.png" : null))];
        var data = _ml.Data.LoadFromEnumerable(images.Select(image => new Row { Image = image }));
        var view = _ml.Transforms.ResizeImages("Image", Size, Size).Fit(data).Transform(data);
        for (var pass = 0; pass < 3; pass++)
            Assert.That(Reds(view), Is.EqualTo(Enumerable.Range(0, 50)));
        Assert.That(images.Select(image => image.Width), Is.All.EqualTo(Size));
        foreach (var image in images)
            image.Dispose();
    }

    [Test]
    public void Read_ImageThatTheApplicationDisposedOf_SaysSo()
    {
        MLImage[] images = [.. Enumerable.Range(0, 3).Select(i => Picture(i, Size))];
        images[1].Dispose();
        var data = _ml.Data.LoadFromEnumerable(images.Select(image => new Row { Image = image }));
        Assert.That(
            () => Reds(data),
            Throws.InvalidOperationException
                .With.Message.StartsWith("Column 'Image' holds an image that was disposed of.")
                .And.Message.Contains("ResizeImages")
                .And.Message.Contains("ImageShape"));
    }

    [Test]
    public void Read_ImagesInMemoryWithoutATransform_AsOftenAsOneLikes()
    {
        MLImage[] images = [.. Enumerable.Range(0, 20).Select(i => Picture(i, Size))];
        var data = _ml.Data.LoadFromEnumerable(images.Select(image => new Row { Image = image }));
        for (var pass = 0; pass < 3; pass++)
            Assert.That(Reds(data), Is.EqualTo(Enumerable.Range(0, 20)));
        foreach (var image in images)
            image.Dispose();
    }

    [Test]
    public void Fit_ImagesInMemoryOfTheRightSize_TrainsTwice([Values] bool resize)
    {
        MLImage[] images = [.. Enumerable.Range(0, 24).Select(i => Picture(i, Size))];
        var data = _ml.Data.LoadFromEnumerable(images.Select((image, i) => new Row { Image = image, Label = $"{i % 2}" }));
        if (resize)
            data = _ml.Transforms.ResizeImages("Image", Size, Size).Fit(data).Transform(data);
        var options = TinyImages.Options with { ImageCache = ImageCache.Stream, Epochs = 2 };
        var first = TinyTraining.Weights(options, _ml, data);
        Assert.That(TinyTraining.Weights(options, _ml, data), Is.EqualTo(first));
        foreach (var image in images)
            image.Dispose();
    }

    // Rows of both kinds in turn: the resized ones are made anew and freed, the others are the application's.
    [Test]
    public void Read_SomeImagesOfTheRightSize_ReadsEachRightly([Values] bool tagged, [Values(0, 1)] int right)
    {
        MLImage[] images = [.. Enumerable.Range(0, 40).Select(i => Picture(i, i % 2 == right ? Size : 5, tagged ? $"{i}.png" : null))];
        var data = _ml.Data.LoadFromEnumerable(images.Select(image => new Row { Image = image }));
        var view = _ml.Transforms.ResizeImages("Image", Size, Size).Fit(data).Transform(data);
        Assert.That(Reds(view), Is.EqualTo(Enumerable.Range(0, 40)));
        Assert.That(images.Select((image, i) => image.Width == (i % 2 == right ? Size : 5)), Is.All.True);
        foreach (var image in images)
            image.Dispose();
    }

    // What LoadImages makes is decoded once, once that is certain, and freed by handing it back. Of a folder and a path it makes a text of its own.
    [TestCase(true, 1)]
    [TestCase(false, 8)]
    public void Read_LoadedImages_AreSoonAskedForOnce(bool tagMadeAnew, int twice)
    {
        var asked = 0;
        var row = new CountingRow(() => Picture(++asked, Size, tagMadeAnew ? $"{asked}.png" : "a path"));
        var getter = new ImageGetter(row, row.Schema["Image"]);
        MLImage[] images = [.. Enumerable.Range(0, 20).Select(_ => getter.Get()!)];
        Assert.That(asked, Is.EqualTo(20 + twice));
        foreach (var image in images[..^1])
            Assert.That(() => image.Width, Throws.InvalidOperationException, "freed");
        images[^1].Dispose();
    }

    private static int[] Reds(IDataView view)
    {
        using var cursor = view.GetRowCursor([view.Schema["Image"]]);
        var images = new ImageGetter(cursor, view.Schema["Image"]);
        var reds = new List<int>();
        while (cursor.MoveNext())
        {
            var image = images.Get()!;
            reds.Add(image.Pixels[image.PixelFormat == MLPixelFormat.Bgra32 ? 2 : 0]);
        }
        return [.. reds];
    }

    private IDataView Rows(int count, int size) => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new Row { Image = Picture(i, size) }));

    private static MLImage Picture(int red, int size, string? tag = null)
    {
        byte[] pixels = [.. Enumerable.Range(0, size * size).SelectMany(_ => (byte[])[(byte)red, 100, 7, 255])];
        var image = MLImage.CreateFromPixels(size, size, MLPixelFormat.Rgba32, pixels);
        image.Tag = tag!;
        return image;
    }

    private sealed class Row
    {
        [ImageType(8, 8)]
        public MLImage Image { get; set; } = null!;

        public string Label { get; set; } = "";
    }

    private sealed class CountingRow(Func<MLImage> make) : DataViewRow
    {
        public override DataViewSchema Schema { get; } = Build();

        public override long Position => 0;

        public override long Batch => 0;

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = default;

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
            => (ValueGetter<TValue>)(Delegate)(ValueGetter<MLImage>)((ref MLImage value) =>
            {
                value?.Dispose();
                value = make();
            });

        private static DataViewSchema Build()
        {
            var schema = new DataViewSchema.Builder();
            schema.AddColumn("Image", new ImageDataViewType());
            return schema.ToSchema();
        }
    }
}
