using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Inputs;

/// <summary>Images that a column's type does not describe by itself: what training was told must hold for the model as well.</summary>
public sealed class UnusualImagesTests
{
    private readonly MLContext _ml = new(seed: 1);

    private static LogitNormTrainer.Options Options => TinyImages.Options with { Epochs = 1, BatchSize = 8, ImageShape = new(5, 8, 6) };

    [Test]
    public void Fit_FiveChannels_ModelScoresSavesAndLoads()
    {
        var data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 16).Select(i => new Planes { Label = (uint)(i % 2), Image = Values(i) }));
        using var model = _ml.MulticlassClassification.Trainers.LogitNorm(Options).Fit(data);
        var before = model.Transform(data).GetColumn<float[]>("Logits").ToArray();
        using var file = new MemoryStream();
        _ml.Model.Save(model, data.Schema, file);
        file.Position = 0;
        var loaded = new MLContext().Model.Load(file, out _);
        Assert.That(loaded.Transform(data).GetColumn<float[]>("Logits"), Is.EqualTo(before));
        ((IDisposable)loaded).Dispose();
    }

    [Test]
    public void Find_FiveChannelsLast_AreReadAsSuch()
    {
        var planes = ImageInput.Find(Schema<Planes>(), "Image", new(5, 8, 6));
        var interleaved = ImageInput.Find(Schema<Interleaved>(), "Image", new(5, 8, 6));
        Assert.That((planes.Interleaved, interleaved.Interleaved), Is.EqualTo((false, true)));
        Assert.That(
            () => ImageInput.Find(Schema<Planes>(), "Image", new(5, 6, 8)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("5×6×8"));
    }

    [Test]
    public void Transform_TrainedOnFloats_RefusesBytesOfUnknownUnits()
    {
        var floats = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 16).Select(i => new Planes { Label = (uint)(i % 2), Image = Values(i) }));
        using var model = _ml.MulticlassClassification.Trainers.LogitNorm(Options).Fit(floats);
        var bytes = _ml.Data.LoadFromEnumerable([new PlanesOfBytes()]);
        Assert.That(
            () => model.Transform(bytes),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("'Image'").And.Message.Contains("units of training"));
    }

    [Test]
    public void Transform_RowOfWrongSize_NamesTheRowOnce()
    {
        using var app = TinyImages.Train(_ml, TinyImages.Options with { Epochs = 1 });
        var rows = TinyImages.Rows(5);
        rows[3].Image = [1, 2, 3];
        var schema = SchemaDefinition.Create(typeof(TinyImages.Row));
        schema["Image"].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 3 * TinyImages.Size * TinyImages.Size);
        var view = app.Transform(_ml.Data.LoadFromEnumerable(rows, schema));
        var error = Assert.Catch<InvalidOperationException>(() => view.GetColumn<bool>("IsOutOfDistribution").ToArray());
        Assert.That(error!.Message.Split("Reading row 3"), Has.Length.EqualTo(2), error.Message);
    }

    private DataViewSchema Schema<T>()
        where T : class, new()
        => _ml.Data.LoadFromEnumerable<T>([]).Schema;

    private static float[] Values(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 5 * 8 * 6).Select(_ => random.NextSingle())];
    }

    private sealed class Planes
    {
        [KeyType(2)]
        public uint Label { get; set; }

        [VectorType(5, 8, 6)]
        public float[] Image { get; set; } = [];
    }

    private sealed class PlanesOfBytes
    {
        [KeyType(2)]
        public uint Label { get; set; }

        [VectorType(5, 8, 6)]
        public byte[] Image { get; set; } = new byte[5 * 8 * 6];
    }

    private sealed class Interleaved
    {
        [VectorType(8, 6, 5)]
        public float[] Image { get; set; } = [];
    }
}
