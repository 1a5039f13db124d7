using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Examples;

[TestFixture]
public sealed class ExampleSetLoaderTests
{
    private const int Pictures = 61, Size = 4;
    private const uint Missing = uint.MaxValue;   // objects count keys from 0, and whatever is not below the count is missing

    private readonly MLContext _ml = new();
    private string _folder = "";

    [OneTimeSetUp]
    public void MakePictures()
    {
        _folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}");
        Directory.CreateDirectory(_folder);
        for (var i = 0; i < Pictures; i++)
        {
            byte[] pixel = [(byte)i, (byte)(255 - i), 7, 255];
            using var image = MLImage.CreateFromPixels(Size, Size, MLPixelFormat.Rgba32, [.. Enumerable.Repeat(pixel, Size * Size).SelectMany(p => p)]);
            image.Save(Path.Combine(_folder, $"{i}.png"));
        }
        File.WriteAllText(Path.Combine(_folder, "broken.png"), "not an image");
    }

    [OneTimeTearDown]
    public void DeletePictures() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Load_SeveralThreads_KeepsTheOrderOfTheRows()
    {
        // More than three chunks for each of the threads, and not a whole number of chunks.
        var count = (3 * 256 * Environment.ProcessorCount) + 77;
        var view = View(Enumerable.Range(0, count).Select(i => new Row { Path = $"{i % Pictures}.png", Label = (uint)(i % 10) }));
        using (Assert.EnterMultipleScope())
        {
            var (images, unlabelled) = Load(view);
            using var _ = images;
            Assert.That(unlabelled, Is.Zero);
            Assert.That(images.Values.shape, Is.EqualTo(new long[] { count, Size, Size, 3 }));
            Assert.That(images.Labels.data<long>().ToArray(), Is.EqualTo(Enumerable.Range(0, count).Select(i => (long)(i % 10))));
            Assert.That(FirstPixels(images), Is.EqualTo(Enumerable.Range(0, count).Select(i => (i % Pictures, 255 - (i % Pictures), 7))));
        }
    }

    [Test]
    public void View_OfTheTestAbove_HasSeveralCursors()
    {
        Assume.That(Environment.ProcessorCount, Is.GreaterThan(1));
        var view = View([new Row { Path = "0.png", Label = 1 }]);
        var cursors = view.GetRowCursorSet([view.Schema["Image"]], Environment.ProcessorCount);
        foreach (var cursor in cursors)
            cursor.Dispose();
        Assert.That(cursors, Has.Length.GreaterThan(1));
    }

    [Test]
    public void Load_RowsWithoutALabel_AreSkippedUnreadAndCounted()
    {
        var view = View(Enumerable.Range(0, 700)
            .Select(i => i % 7 == 3 ? new Row { Path = "broken.png", Label = Missing } : new Row { Path = $"{i % Pictures}.png", Label = 2 }));
        var (images, unlabelled) = Load(view);
        using var _ = images;
        Assert.That(unlabelled, Is.EqualTo(100));
        Assert.That(FirstPixels(images).Select(pixel => pixel.Red), Is.EqualTo(Enumerable.Range(0, 700).Where(i => i % 7 != 3).Select(i => i % Pictures)));
    }

    [Test]
    public void Load_LabelBeyondTheClasses_CountsAsMissing()
    {
        var (images, unlabelled) = Load(View([new Row { Path = "0.png", Label = 10 }, new Row { Path = "1.png", Label = 9 }]));
        using var _ = images;
        Assert.That(unlabelled, Is.EqualTo(1));
        Assert.That(images.Labels.data<long>().ToArray(), Is.EqualTo(new[] { 9L }));
    }

    [TestCase("broken.png")]
    [TestCase("missing.png")]
    [Repeat(8)]   // which thread meets it is chance
    public void Load_OneBadImage_IsOneErrorThatNamesTheRow(string path)
    {
        var view = View(Enumerable.Range(0, 2000).Select(i => new Row { Path = i == 234 ? path : "0.png", Label = 1 }));
        var error = InTime.Result(() => Assert.Throws<RowException>(() => Load(view))!);
        Assert.That(error.Message, Does.StartWith("Reading row 234 (counted from 0 in the source) for training failed: "));
        Assert.That(error.Message, Does.EndWith($" The row has Path '{path}'."));
        Assert.That(error.GetBaseException(), Is.SameAs(error));
        Assert.That(error.ToString(), Does.Contain(" ---> "), "what ML.NET said, with its stack");
    }

    [Test]
    public void Load_EveryImageBad_IsOneErrorToo()
    {
        var view = View(Enumerable.Range(0, 2000).Select(_ => new Row { Path = "broken.png", Label = 1 }));
        Assert.That(InTime.Result(() => Assert.Throws<RowException>(() => Load(view))!).Message, Does.Match(@"^Reading row \d+ "));
    }

    [Test]
    public void Load_CancelledWhileReading_Stops()
    {
        using var cancellation = new CancellationTokenSource();
        var view = View(InTime.Endless(_ => new Row { Path = "0.png", Label = 1 }, stop: cancellation.Cancel));
        Assert.That(InTime.Result(() => Assert.Catch<OperationCanceledException>(() => Load(view, cancellation.Token))!), Is.Not.Null);
    }

    [TestCase(float.NaN)]
    [TestCase(float.NegativeInfinity)]
    public void Load_PixelThatIsNoNumber_NamesTheRow(float value)
    {
        var view = _ml.Data.LoadFromEnumerable(
            Enumerable.Range(0, 600).Select(i => new FloatRow { Label = 1, Pixels = [1, 2, i is 301 or 555 ? value : 3, 4] }));
        var column = ImageInput.Find(view.Schema, "Pixels", null);
        Assert.That(
            () => ExampleSetLoader.Load(view, column, LabelColumn.Find(view.Schema, "Label"), CancellationToken.None),
            Throws.TypeOf<RowException>().With.Message.Contains("Column 'Pixels' has a pixel that is NaN or infinite in labelled row 301 (counted from 0)"));
    }

    [Test]
    public void Load_NoRows_GivesAnEmptySet()
    {
        var (images, unlabelled) = Load(View([]));
        using var _ = images;
        Assert.That((images.Count, unlabelled), Is.EqualTo((0L, 0L)));
    }

    [Test]
    public void Load_WhetherItFailsOrNot_LeavesNoTensors()
    {
        var before = Tensor.TotalCount;
        var (images, _) = Load(View(Enumerable.Range(0, 600).Select(_ => new Row { Path = "0.png", Label = 1 })));
        images.Dispose();
        Assert.Throws<RowException>(() => Load(View(Enumerable.Range(0, 600).Select(i => new Row { Path = i == 500 ? "broken.png" : "0.png", Label = 1 }))));
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    private IDataView View(IEnumerable<Row> rows)
    {
        var data = _ml.Data.LoadFromEnumerable(rows);
        return _ml.Transforms.LoadImages("Image", _folder, "Path").Append(_ml.Transforms.ResizeImages("Image", Size, Size)).Fit(data).Transform(data);
    }

    private static (ExampleSet Images, long Unlabelled) Load(IDataView view, CancellationToken cancellation = default)
        => ExampleSetLoader.Load(
            view, ImageInput.Find(view.Schema, "Image", null), LabelColumn.Find(view.Schema, "Label"), cancellation) is var (images, unlabelled, _)
            ? (images!, unlabelled)
            : default;

    private static (int Red, int Green, int Blue)[] FirstPixels(ExampleSet images)
    {
        using var scope = NewDisposeScope();
        return [.. images.Values.select(1, 0).select(1, 0).contiguous().data<byte>().ToArray()
            .Chunk(3)
            .Select(pixel => ((int)pixel[0], (int)pixel[1], (int)pixel[2]))];
    }

    private sealed class Row
    {
        public string Path { get; set; } = "";

        [KeyType(10)]
        public uint Label { get; set; }
    }

    private sealed class FloatRow
    {
        [VectorType(1, 2, 2)]
        public float[] Pixels { get; set; } = [];

        [KeyType(10)]
        public uint Label { get; set; }
    }
}
