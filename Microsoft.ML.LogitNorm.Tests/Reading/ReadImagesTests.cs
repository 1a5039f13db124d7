using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.LogitNorm.Tests;

[TestFixture]
internal sealed class ReadImagesTests
{
    private const int Count = 150;

    private readonly MLContext _ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [OneTimeSetUp]
    public void WriteFiles()
    {
        for (var i = 0; i < Count; i++)
            File.WriteAllBytes(_folder[$"{i}.png"], EncodedImages.Flat(new SKColor((byte)i, 100, 200)));
    }

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Read_ManyRows_ComeInOrder([Values] bool several)
    {
        var view = Transformed(_ml.Transforms.ReadImages("Image", 5, 3, "Path", _folder.Path));
        var found = new List<(int Id, int Red, string Tag)>();
        foreach (var cursor in several ? view.GetRowCursorSet(view.Schema, 4) : [view.GetRowCursor(view.Schema)])
            using (cursor)
            {
                var (getId, getImage) = (cursor.GetGetter<int>(view.Schema["Id"]), cursor.GetGetter<MLImage>(view.Schema["Image"]));
                var (id, image) = (0, default(MLImage)!);
                while (cursor.MoveNext())
                {
                    getId(ref id);
                    getImage(ref image);
                    Assert.That((image.Width, image.Height, image.Pixels.Length), Is.EqualTo((5, 3, 60)));
                    found.Add((id, image.Pixels[2], image.Tag));
                }
                image?.Dispose();
            }
        Assert.That(found, Is.EqualTo(Enumerable.Range(0, Count).Select(i => (i, i, _folder[$"{i}.png"]))));
    }

    [Test]
    public void Read_BesideMlNet_SamePixels()
    {
        var (ours, theirs) = (
            Transformed(_ml.Transforms.ReadImages("Image", 6, 4, "Path", _folder.Path)),
            Transformed(_ml.Transforms.LoadImages("Image", _folder.Path, "Path").Append(_ml.Transforms.ResizeImages("Image", 6, 4))));
        Assert.That(
            ours.GetColumn<MLImage>("Image").Select(image => image.Pixels.ToArray()),
            Is.EqualTo(theirs.GetColumn<MLImage>("Image").Select(image => image.Pixels.ToArray())));
    }

    [Test]
    public void Options_InTheInputsPlace_ReplaceIt()
    {
        var rows = _ml.Data.LoadFromEnumerable(new[] { new FileRow { Path = "7.png" } });
        var view = _ml.Transforms.ReadImages(new ImageReadingEstimator.Options
        {
            OutputColumnName = "Path", ImageWidth = 8, ImageHeight = 8, ImageFolder = _folder.Path, Resizing = ImageResizing.Pad,
            Background = System.Drawing.Color.Lime,
        }).Fit(rows).Transform(rows);
        using var image = view.GetColumn<MLImage>("Path").Single();
        Assert.That(image.Pixels[..4].ToArray(), Is.EqualTo(new byte[] { 0, 255, 0, 255 }));
        Assert.That(image.Pixels.Slice(4 * 8 * 4, 4).ToArray(), Is.EqualTo(new byte[] { 200, 100, 7, 255 }));
    }

    [Test]
    public void MaxPixels_OfLess_RefusesWhatHasMore()
        => Assert.That(
            () => Decoding.Pixels(EncodedImages.Flat(SKColors.Red), 2, 2, maxPixels: 23),
            Throws.TypeOf<UnreadableImageException>().With.Message.Contains("has 6 × 4 pixels, and at most 23 are read (MaxPixels)"));

    // An upload: bytes, one by one, by a model from a file that knows no folder.
    [Test]
    public void Engine_OfASavedModel_TakesBytes()
    {
        var uploads = _ml.Data.LoadFromEnumerable(new List<Upload>());
        using var model = UntrainedModel.Create(_ml, PixelKind.Image);
        var pipeline = new TransformerChain<ITransformer>(
            _ml.Transforms.ReadImages("Image", TinyImages.Size, TinyImages.Size, "Photo").Fit(uploads), model);
        using var file = new MemoryStream();
        _ml.Model.Save(pipeline, uploads.Schema, file);
        var loaded = new MLContext().Model.Load(file, out _);
        using var engine = _ml.Model.CreatePredictionEngine<Upload, TinyImages.Prediction>(loaded);
        var (red, blue) = (Predict(SKColors.Red), Predict(SKColors.Blue));
        Assert.That(red, Is.Not.EqualTo(blue));
        Assert.That(Predict(SKColors.Red), Is.EqualTo(red));
        var error = Assert.Catch(() => engine.Predict(new Upload { Photo = [1, 2, 3] }))!.GetBaseException();
        Assert.That(error.Message, Does.Contain("The image in column 'Photo' is no image. JPEG, PNG"));

        float[] Predict(SKColor colour) => engine.Predict(new Upload { Photo = EncodedImages.Flat(colour, "jpeg") }).Logits;
    }

    private IEnumerable<FileRow> Rows() => Enumerable.Range(0, Count).Select(i => new FileRow { Id = i, Path = $"{i}.png" });

    private IDataView Transformed(IEstimator<ITransformer> estimator)
    {
        var rows = _ml.Data.LoadFromEnumerable(Rows());
        return estimator.Fit(rows).Transform(rows);
    }

    private sealed class FileRow
    {
        public int Id { get; set; }

        public string Path { get; set; } = "";
    }

    private sealed class Upload
    {
        public byte[] Photo { get; set; } = [];
    }
}
