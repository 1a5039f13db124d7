using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Model;

/// <summary>A model classifies the pictures that it was trained on in whatever column type they come.</summary>
[TestFixture]
public sealed class LogitNormModelImageTests
{
    private const int Size = TinyImages.Size, Area = Size * Size;
    private readonly MLContext _ml = new();

    [TestCase(false)]
    [TestCase(true)]
    public void Transform_SamePictureInAnotherColumnType_GivesTheSameLogits(bool trainInterleaved)
    {
        var rows = TinyImages.Rows(48);
        var planes = _ml.Data.LoadFromEnumerable(rows.Select(row => new Planes { Label = (uint)(row.Id % 3), Image = row.Image }));
        var interleaved = _ml.Data.LoadFromEnumerable(rows.Select(row => new Interleaved { Label = (uint)(row.Id % 3), Image = Interleave(row.Image) }));
        var trained = trainInterleaved ? interleaved : planes;
        using var model = _ml.MulticlassClassification.Trainers.LogitNorm(TinyImages.Options).Fit(trained);
        float[][] Logits(IDataView data) => [.. model.Transform(data).GetColumn<float[]>("Logits")];
        var expected = Logits(trained);

        Assert.Multiple(() =>
        {
            Assert.That(Logits(trainInterleaved ? planes : interleaved), Is.EqualTo(expected));
            Assert.That(
                Logits(_ml.Transforms.ConvertToImage(Size, Size, "Image", interleavedColors: false).Fit(planes).Transform(planes)), Is.EqualTo(expected));
            Assert.That(
                Logits(_ml.Transforms.Conversion.ConvertType("Image", outputKind: DataKind.Single).Fit(planes).Transform(planes)), Is.EqualTo(expected));
            // The shape is lost: the order is the one of training.
            Assert.That(
                Logits(_ml.Data.LoadFromEnumerable(rows.Select(row => new Flat { Image = trainInterleaved ? Interleave(row.Image) : row.Image }))),
                Is.EqualTo(expected));
        });
    }

    [Test]
    public void Transform_LargeImages_ReadsFewAtOnce()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Large() });
        var column = ImageInput.Find(data.Schema, "Image", new(3, 3000, 3000));
        using var network = new TrainedNetwork(Backbone.WideResNet(10, 1).Draw(3, 2), CPU, column, new([0, 0, 0], [1, 1, 1]), owner: typeof(LogitNormModel));
        var map = new ModelRowMap(data.Schema, column, new(Backbone.WideResNet(10, 1), 2, column, new([0, 0, 0], [1, 1, 1]), null), network);
        Assert.That(128L * column.BytesPerRow, Is.GreaterThan(Array.MaxLength), "as many as of small images would not fit into one array");
        Assert.That(map.BatchSize, Is.EqualTo(1));
    }

    [Test]
    public void Transform_ImagesOfAnotherSize_NamesBothAndTheRemedy()
    {
        using var model = TinyImages.Pipeline(_ml, TinyImages.Options with { Epochs = 1 }).Fit(TinyImages.View(_ml, 48)).LastTransformer;
        Assert.That(
            () => model.Transform(_ml.Data.LoadFromEnumerable([new Small()])),
            Throws.TypeOf<ArgumentOutOfRangeException>()
                .With.Message.Contains("feature column 'Image': expected images of 3×8×8, as in training, got 3×4×4")
                .And.Message.Contains("Resize the images to that size"));
    }

    [Test]
    public void Transform_GreyModel_TakesColourImages()
    {
        // A grey picture is the same in colour: red = green = blue.
        var rows = TinyImages.Rows(48).Select(row => (Label: (uint)(row.Id % 2), Grey: row.Image[..Area])).ToArray();
        var grey = _ml.Data.LoadFromEnumerable(rows.Select(row => new Grey { Label = row.Label, Image = row.Grey }));
        using var model = _ml.MulticlassClassification.Trainers.LogitNorm(TinyImages.Options).Fit(grey);
        var colour = _ml.Data.LoadFromEnumerable(rows.Select(row => new Planes { Image = [.. row.Grey, .. row.Grey, .. row.Grey] }));
        var images = _ml.Transforms.ConvertToImage(Size, Size, "Image", interleavedColors: false).Fit(colour).Transform(colour);
        Assert.That(model.Transform(images).GetColumn<float[]>("Logits"), Is.EqualTo(model.Transform(grey).GetColumn<float[]>("Logits")));
    }

    [Test]
    public void Transform_PixelThatIsNoNumber_NamesTheRow()
    {
        using var model = TinyImages.Pipeline(_ml, TinyImages.Options with { Epochs = 1 }).Fit(TinyImages.View(_ml, 48)).LastTransformer;
        var rows = Enumerable.Range(0, 200).Select(i => new Floats { Image = [.. Enumerable.Repeat(i == 131 ? float.NaN : 1, 3 * Area)] });
        Assert.That(
            () => model.Transform(_ml.Data.LoadFromEnumerable(rows)).GetColumn<float[]>("Score").ToArray(),
            Throws.TypeOf<RowException>().With.Message.Contains("Column 'Image' has a pixel that is NaN in row 131 (counted from 0)"));
    }

    [Test]
    public void Score_IsTheSoftmaxOfTheLogits_AndPredictedLabelTheirArgMax()
    {
        using var model = TinyImages.Pipeline(_ml).Fit(TinyImages.View(_ml, 48));
        foreach (var row in _ml.Data.CreateEnumerable<TinyImages.Prediction>(model.Transform(Unnamed()), reuseRowObject: false, ignoreMissingColumns: true))
        {
            var exponentials = row.Logits.Select(logit => Math.Exp(logit)).ToArray();
            Assert.That(row.Score, Is.EqualTo(exponentials.Select(e => e / exponentials.Sum())).Within(1e-6));
            Assert.That(row.PredictedLabel - 1, Is.EqualTo(Array.IndexOf(row.Logits, row.Logits.Max())));
        }

        IDataView Unnamed() => TinyImages.View(_ml, 30, seed: 3);
    }

    private static byte[] Interleave(byte[] planes) => [.. Enumerable.Range(0, planes.Length).Select(i => planes[(i % 3 * Area) + (i / 3)])];

    private sealed class Planes
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(3, Size, Size)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class Interleaved
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(Size, Size, 3)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class Flat
    {
        [VectorType(3 * Area)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class Grey
    {
        [KeyType(2)]
        public uint Label { get; set; }

        [VectorType(Size, Size)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class Floats
    {
        [VectorType(3, Size, Size)]
        public float[] Image { get; set; } = [];
    }

    private sealed class Large
    {
        [KeyType(2)]
        public uint Label { get; set; }

        public byte[] Image { get; set; } = [];
    }

    private sealed class Small
    {
        [VectorType(3, 4, 4)]
        public byte[] Image { get; set; } = new byte[48];
    }
}
