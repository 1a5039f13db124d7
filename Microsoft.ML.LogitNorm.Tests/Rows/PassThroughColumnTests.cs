using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Rows;

/// <summary>Columns whose values are objects: an image or one's own type, which somebody else may change or dispose of.</summary>
public sealed class PassThroughColumnTests
{
    private readonly MLContext _ml = new(seed: 1);
    private string _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("logitnorm-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    // Every third image has the asked size already, where ResizeImages hands on the very object that it disposes of later; every fifth row has none.
    [Test]
    public void Images_LoadedAndResized_KeepTheirRowsColour([Values("Image", "Raw", "Grey")] string column)
    {
        var rows = Enumerable.Range(0, 300).Select(i => new ImageRow { Number = i, Path = i % 5 == 4 ? "" : Paint(i) }).ToArray();
        var pipeline = _ml.Transforms.LoadImages("Raw", _folder, "Path")
            .Append(_ml.Transforms.ResizeImages("Image", 4, 4, "Raw"));
        var loaded = pipeline.Fit(_ml.Data.LoadFromEnumerable(rows)).Transform(_ml.Data.LoadFromEnumerable(rows));
        var data = column == "Grey" ? _ml.Transforms.ConvertToGrayscale("Grey", "Raw").Fit(loaded).Transform(loaded) : loaded;
        if (column == "Grey")   // that transform cannot pass by a row without an image
            data = _ml.Data.FilterRowsByColumn(data, "Number", 0, 4);
        var mapped = TwiceMap.Append(data, batchSize: 128);
        using var cursor = mapped.GetRowCursor(mapped.Schema);
        var (getImage, getNumber) = (cursor.GetGetter<MLImage>(mapped.Schema[column]), cursor.GetGetter<float>(mapped.Schema["Number"]));
        MLImage image = null!;
        var number = 0f;
        while (cursor.MoveNext())
        {
            getImage(ref image);
            getImage(ref image);
            getNumber(ref number);
            var i = (int)number;
            if (i % 5 == 4)
            {
                Assert.That(image, Is.Null);
                continue;
            }
            Assert.That((image.Width, image.Tag), Is.EqualTo((column == "Image" ? 4 : SizeOf(i), Path.Combine(_folder, rows[i].Path))));
            if (column != "Grey")
                Assert.That(Colour(image), Is.EqualTo(((byte)i, (byte)(255 - i), (byte)7)));
        }
    }

    [Test]
    public void Images_RowWithoutAnImage_IsNamedByTheModel()
    {
        var rows = Enumerable.Range(0, 3).Select(i => new ImageRow { Number = i, Path = i == 1 ? "" : Paint(i) }).ToArray();
        var data = _ml.Data.LoadFromEnumerable(rows);
        var images = _ml.Transforms.LoadImages("Image", _folder, "Path").Append(_ml.Transforms.ResizeImages("Image", 8, 8)).Fit(data).Transform(data);
        using var model = UntrainedModel.Create(_ml, PixelKind.Image);
        Assert.That(
            () => model.Transform(images).GetColumn<uint>("PredictedLabel").ToArray(),
            Throws.InstanceOf<InvalidOperationException>().With.Message.Contains("no image").And.Message.Contains("'Image'"));
    }

    [Test]
    public void Images_OfTheUser_AreNotDisposed()
    {
        var images = Enumerable.Range(0, 200).Select(i => MLImage.CreateFromPixels(1, 1, MLPixelFormat.Rgba32, [(byte)i, 2, 3, 255])).ToArray();
        var data = _ml.Data.LoadFromEnumerable(images.Select((image, i) => new UserImageRow { Number = i, Image = image }));
        var mapped = TwiceMap.Append(data, batchSize: 128);
        for (var pass = 0; pass < 2; pass++)
            Assert.That(ColumnValues.Read(mapped, "Image").Select((text, i) => text.EndsWith($"{i:X2}0203FF", StringComparison.Ordinal)), Is.All.True);
        using var cursor = mapped.GetRowCursor(mapped.Schema);
        var get = cursor.GetGetter<MLImage>(mapped.Schema["Image"]);
        while (cursor.MoveNext())
        {
            MLImage mine = null!;
            get(ref mine);
            mine.Dispose();
        }
        Assert.That(images.Select(image => image.Width), Is.All.EqualTo(1));
        foreach (var image in images)
            image.Dispose();
    }

    // A column of a user's own class, whose getter fills the object that it is handed, as ML.NET allows.
    [Test]
    public void Objects_HandedOut_AreNotFilledAgain()
    {
        var row = new CountingRow();
        var stored = PassThroughColumn.Create(row, row.Schema["Counter"], capacity: 1, row: () => 0);
        var get = (ValueGetter<Counter>)stored.Getter;
        Counter first = null!, second = null!;
        stored.Store(0);
        get(ref first);
        stored.Store(0);
        get(ref second);
        Assert.That((first.Value, second.Value), Is.EqualTo((1, 2)));
    }

    private static int SizeOf(int i) => i % 3 == 0 ? 4 : 9;

    private static (byte Red, byte Green, byte Blue) Colour(MLImage image)
    {
        var pixel = image.Pixels[..4];
        return image.PixelFormat == MLPixelFormat.Rgba32 ? (pixel[0], pixel[1], pixel[2]) : (pixel[2], pixel[1], pixel[0]);
    }

    private string Paint(int i)
    {
        var size = SizeOf(i);
        byte[] pixels = [.. Enumerable.Range(0, size * size).SelectMany(_ => (byte[])[(byte)i, (byte)(255 - i), 7, 255])];
        using var image = MLImage.CreateFromPixels(size, size, MLPixelFormat.Rgba32, pixels);
        image.Save(Path.Combine(_folder, $"{i}.png"));
        return $"{i}.png";
    }

    private sealed class ImageRow
    {
        public float Number { get; set; }

        public string Path { get; set; } = "";
    }

    private sealed class UserImageRow
    {
        public float Number { get; set; }

        [Microsoft.ML.Transforms.Image.ImageType(1, 1)]
        public MLImage Image { get; set; } = null!;
    }

    private sealed class Counter
    {
        public int Value { get; set; }
    }

    private sealed class CounterType : StructuredDataViewType
    {
        public CounterType()
            : base(typeof(Counter))
        {
        }

        public override bool Equals(DataViewType? other) => other is CounterType;
    }

    private sealed class CountingRow : DataViewRow
    {
        private int _count;

        public CountingRow()
        {
            var schema = new DataViewSchema.Builder();
            schema.AddColumn("Counter", new CounterType());
            Schema = schema.ToSchema();
        }

        public override DataViewSchema Schema { get; }

        public override long Position => _count;

        public override long Batch => 0;

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = default;

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
            => (ValueGetter<TValue>)(Delegate)(ValueGetter<Counter>)((ref Counter value) =>
            {
                value ??= new();
                value.Value = ++_count;
            });
    }
}
