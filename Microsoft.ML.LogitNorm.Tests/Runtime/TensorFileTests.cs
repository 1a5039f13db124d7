using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests;

public sealed class TensorFileTests
{
    private DisposeScope _scope = null!;

    [SetUp]
    public void Open() => _scope = NewDisposeScope();

    [TearDown]
    public void Close() => _scope.Dispose();

    [TestCase(ScalarType.Byte)]
    [TestCase(ScalarType.Int8)]
    [TestCase(ScalarType.Bool)]
    [TestCase(ScalarType.Int32)]
    [TestCase(ScalarType.Int64)]
    [TestCase(ScalarType.Float32)]
    [TestCase(ScalarType.Float64)]
    public void WriteAndRead_EveryElementType_GivesTheSameBits(ScalarType type)
    {
        var values = (rand(3, 5) * 100).to(type);
        var read = Read(Write(("values", values)))["values"];
        Assert.That((read.dtype, read.shape), Is.EqualTo((type, new long[] { 3, 5 })));
        Assert.That(read.bytes.ToArray(), Is.EqualTo(values.bytes.ToArray()));
    }

    [Test]
    public void WriteAndRead_NumbersThatAreNone_GiveTheSameBits()
    {
        var values = tensor(new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f, float.Epsilon });
        Assert.That(Read(Write(("values", values)))["values"].bytes.ToArray(), Is.EqualTo(values.bytes.ToArray()));
    }

    [Test]
    public void WriteAndRead_ScalarEmptyAndStrided_KeepShapeAndValues()
    {
        var strided = arange(12).reshape(3, 4).t();
        var read = Read(Write(("scalar", tensor(7f)), ("empty", zeros(0, 3)), ("strided", strided), ("ä", ones(1))));
        Assert.That(read.Keys, Is.EqualTo(new[] { "scalar", "empty", "strided", "ä" }));
        Assert.That(read["scalar"].shape, Is.Empty);
        Assert.That(read["scalar"].item<float>(), Is.EqualTo(7));
        Assert.That(read["empty"].shape, Is.EqualTo(new long[] { 0, 3 }));
        Assert.That(read["strided"].equal(strided).all().item<bool>(), Is.True);
    }

    [Test]
    public void WriteAndRead_LargerThanWhatIsWrittenAtOnce_GivesTheSameBits()
    {
        var values = arange((1 << 24) + 5, int64).remainder(251).to(ScalarType.Byte);
        var read = Read(Write(("before", ones(1)), ("large", values), ("after", ones(2))));
        Assert.That(read["large"].eq(values).all().item<bool>(), Is.True);
        Assert.That(read["after"].data<float>().ToArray(), Is.EqualTo(new[] { 1f, 1f }));
    }

    [Test]
    public void WriteAndRead_NoTensors_GivesNone() => Assert.That(Read(Write()), Is.Empty);

    [Test]
    public void ReadAll_InsideAScope_OutlivesIt()
    {
        IReadOnlyDictionary<string, Tensor> read;
        using (NewDisposeScope())
            read = Read(Write(("values", ones(2))));
        using var values = read["values"];
        Assert.That(values.sum().item<float>(), Is.EqualTo(2));
    }

    [Test]
    public void Write_WhatCouldNotBeReadAgain_Throws()
    {
        Assert.That(() => Write(("half", zeros(2, ScalarType.Float16))), Throws.TypeOf<NotSupportedException>().With.Message.Contains("'half' holds Float16"));
        Assert.That(() => Write(("deep", zeros(new long[] { 1, 1, 1, 1, 1, 1, 1, 1, 1 }))), Throws.TypeOf<NotSupportedException>().With.Message.Contains("'deep' has 9 dimensions"));
        Assert.That(() => Write((new string('x', 513), zeros(1))), Throws.TypeOf<NotSupportedException>().With.Message.Contains("512 bytes"));
    }

    [Test]
    public void CopyTo_TargetsOfTheSameShape_AreFilled()
    {
        var (weight, bias) = (zeros(2, 3), zeros(2));
        Opened(Write(("weight", ones(2, 3)), ("bias", full(2, 5f)))).CopyTo([("weight", weight), ("bias", bias)]);
        Assert.That((weight.sum().item<float>(), bias.sum().item<float>()), Is.EqualTo((6f, 10f)));
    }

    [Test]
    public void CopyTo_OtherTargets_NamesTheDifference()
    {
        var file = Opened(Write(("weight", ones(2, 3))));
        Assert.That(() => file.CopyTo([]), Throws.TypeOf<InvalidDataException>().With.Message.Contains("1 tensors; the network has 0"));
        Assert.That(() => file.CopyTo([("bias", zeros(2, 3))]), Throws.TypeOf<InvalidDataException>().With.Message.Contains("weight Float32[2, 3] where the network has bias"));
        Assert.That(() => file.CopyTo([("weight", zeros(3, 2))]), Throws.TypeOf<InvalidDataException>().With.Message.Contains("Float32[3, 2]"));
        Assert.That(() => file.CopyTo([("weight", zeros(2, 3, ScalarType.Int32))]), Throws.TypeOf<InvalidDataException>().With.Message.Contains("Int32[2, 3]"));
    }

    [Test]
    public void Read_CutShortAtAnyLength_IsRefused()
    {
        var bytes = Write(("weight", ones(2, 3)), ("bias", ones(2, ScalarType.Int64)));
        for (var length = 0; length < bytes.Length; length++)
            Assert.That(() => Read(bytes[..length]), Refused, $"at {length}");
    }

    [Test]
    public void Read_WithBytesToSpare_IsRefused() => Assert.That(() => Read([.. Write(("weight", ones(2))), 0]), Refused);

    // Every byte of the header takes every value: whatever comes of it, it is an answer or one of two exceptions, and room for no more than the file.
    [Test]
    public void Read_AnyByteOfTheHeaderChanged_IsReadOrRefusedAndCostsNoMore()
    {
        var bytes = Write(("weight", ones(2, 3)), ("e", ones(0, 2)), ("bias", ones(2, ScalarType.Int64)));
        var header = bytes.Length - 24 - 16;
        var refused = 0;
        for (var at = 0; at < header; at++)
            for (var value = 0; value < 256; value++)
            {
                if (bytes[at] == value)
                    continue;
                byte[] changed = [.. bytes];
                changed[at] = (byte)value;
                using var scope = NewDisposeScope();
                try
                {
                    var before = GC.GetAllocatedBytesForCurrentThread();
                    var read = Read(changed);
                    Assert.That(read.Values.Sum(tensor => tensor.numel() * tensor.ElementSize), Is.LessThanOrEqualTo(bytes.Length), $"byte {at} = {value}");
                    Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20), $"byte {at} = {value}");
                    foreach (var tensor in read.Values)
                        tensor.Dispose();
                }
                catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
                {
                    refused++;
                }
            }
        Assert.That(refused, Is.GreaterThan(header * 180));
    }

    [TestCase(int.MaxValue, TestName = "Open_MostTensorsPossible_IsRefused")]
    [TestCase(int.MinValue, TestName = "Open_NegativeCount_IsRefused")]
    [TestCase(50_000_000, TestName = "Open_MoreTensorsThanBytes_IsRefused")]
    public void Open_ImpossibleCount(int count)
        => Assert.That(() => Opened(Header(count)), Throws.TypeOf<InvalidDataException>().With.Message.Contains(count.ToString("N0")));

    [TestCase(new[] { -1L }, TestName = "Open_NegativeDimension_IsRefused")]
    [TestCase(new[] { long.MaxValue }, TestName = "Open_LargestDimension_IsRefused")]
    [TestCase(new[] { 1L << 32, 1L << 32 }, TestName = "Open_SizeBeyondInt64_IsRefused")]
    [TestCase(new[] { 1L << 31, 1L << 31 }, TestName = "Open_SizeBeyondAnyDisk_IsRefused")]
    [TestCase(new[] { 0L, long.MaxValue, long.MaxValue }, TestName = "Open_EmptyTensorOfImpossibleStrides_IsRefused")]
    [TestCase(new[] { long.MaxValue, 2, 0L }, TestName = "Open_EmptyTensorOfImpossibleRows_IsRefused")]
    public void Open_ImpossibleShape(long[] shape) => Assert.That(() => Read(Header(1, shape)), Throws.TypeOf<InvalidDataException>());

    [Test]
    public void Open_SizesThatAddUpBeyondInt64_IsRefused()
    {
        var huge = new[] { long.MaxValue / 4 };
        Assert.That(() => Opened(Header(3, huge, huge, huge)), Throws.TypeOf<InvalidDataException>().With.Message.Contains("cut short"));
    }

    [Test]
    public void Open_TheSameNameTwice_IsRefused()
        => Assert.That(() => Opened(Write(("a", ones(1)), ("a", ones(1)))), Throws.TypeOf<InvalidDataException>().With.Message.Contains("'a' more than once"));

    [Test]
    public void Open_UnknownElementType_IsRefused()
    {
        var bytes = Header(1, [0L]);
        bytes[8 + 4 + 2 + 1] = (byte)ScalarType.Float16;
        Assert.That(() => Opened(bytes), Throws.TypeOf<InvalidDataException>().With.Message.Contains("element type"));
    }

    private static NUnit.Framework.Constraints.Constraint Refused => Throws.TypeOf<InvalidDataException>().Or.TypeOf<EndOfStreamException>();

    /// <summary>A file of float tensors without their elements.</summary>
    private static byte[] Header(int count, params long[][] shapes)
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("LNTENSOR"u8);
        writer.Write(count);
        for (var i = 0; i < shapes.Length; i++)
        {
            writer.Write((ushort)1);
            writer.Write((byte)('a' + i));
            writer.Write((byte)ScalarType.Float32);
            writer.Write((byte)shapes[i].Length);
            foreach (var dimension in shapes[i])
                writer.Write(dimension);
        }
        return stream.ToArray();
    }

    private static byte[] Write(params (string Name, Tensor Tensor)[] tensors)
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        TensorFile.Write(writer, tensors);
        return stream.ToArray();
    }

    private static TensorFile Opened(byte[] bytes) => TensorFile.Open(new BinaryReader(new MemoryStream(bytes)));

    private static IReadOnlyDictionary<string, Tensor> Read(byte[] bytes) => Opened(bytes).ReadAll();
}
