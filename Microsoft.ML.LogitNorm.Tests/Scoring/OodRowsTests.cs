using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

/// <summary>Rows that a score learns from are gathered by their bytes, however large one is.</summary>
public sealed class OodRowsTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestCase(32, 1024)]
    [TestCase(224, 111)]
    [TestCase(896, 6)]
    [TestCase(10_000, 1)]
    public void RowsPerBlock_LargerImages_AreFewer(int size, int expected)
    {
        var source = Source(Rows(1, 1), size);
        Assert.That(source.RowsPerBlock, Is.EqualTo(expected));
    }

    [Test]
    public void Gather_SeveralBlocks_KeepsAllRowsInOrder()
    {
        const int Size = 1500;   // two images a block
        var data = Rows(5, Size);
        using var scope = NewDisposeScope();
        var rows = LearnedScore.Gather(data, Source(data, Size), "none");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows.Values!.shape, Is.EqualTo(new long[] { 5, Size, Size, 3 }));
            Assert.That(rows.Values.view(5, -1)[.., 0].data<byte>().ToArray(), Is.EqualTo(new byte[] { 0, 1, 2, 3, 4 }));
            Assert.That(rows.Values.view(5, -1)[.., -1].contiguous().data<byte>().ToArray(), Is.EqualTo(new byte[] { 0, 1, 2, 3, 4 }));
            Assert.That(rows.Logits![.., 0].contiguous().data<float>().ToArray(), Is.EqualTo(new float[] { 0, 1, 2, 3, 4 }));
        }
    }

    [Test]
    [Explicit("Takes 5 GB of memory.")]
    public void Gather_MoreBytesThanAnIntCounts_Gathers()
    {
        const int Size = 896, Count = 900;   // 2.17e9 bytes
        var data = Rows(Count, Size);
        using var scope = NewDisposeScope();
        var rows = LearnedScore.Gather(data, Source(data, Size), "none");
        Assert.That(
            rows.Values!.select(1, Size - 1).select(1, Size - 1).select(1, 2).contiguous().data<byte>().ToArray(),
            Is.EqualTo(Enumerable.Range(0, Count).Select(i => (byte)i)));
    }

    [TestCase(5000)]
    [TestCase(40)]
    public void RowsPerBatch_ManyChannels_FitAnArray(int channels)
    {
        var column = new ImageInput("Image", new(channels, 64, 64), PixelKind.VectorOfSingle, Interleaved: true);
        Assert.That((long)column.RowsPerBatch * column.BytesPerRow, Is.LessThanOrEqualTo(256 << 20));
    }

    [Test]
    public void Find_ImageThatNoArrayHolds_IsRefused()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("X", new VectorDataViewType(NumberDataViewType.Single));
        Assert.That(
            () => ImageInput.Find(builder.ToSchema(), "X", new(3, 30_000, 30_000)),
            Throws.TypeOf<ArgumentOutOfRangeException>()
                .With.Message.StartsWith("Schema mismatch for feature column 'X': expected images of less than 2 GB each")
                .And.Message.Contains("3×30000×30000"));
    }

    private static OodSource Source(IDataView data, int size)
        => new(data.Schema["Logits"], null, null, null, new ImageInput("Image", new(3, size, size), PixelKind.VectorOfByte, Interleaved: true), null);

    private IDataView Rows(int count, int size)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema["Image"].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, size, size, 3);
        return _ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i =>
        {
            var pixels = new byte[3 * size * size];
            Array.Fill(pixels, (byte)i);
            return new Row { Logits = [i, 1], Image = pixels };
        }), schema);
    }

    private sealed class Row
    {
        [VectorType(2)]
        public float[] Logits { get; set; } = [];

        public byte[] Image { get; set; } = [];
    }
}
