using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Files;

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
    [TestCase(ScalarType.Int16)]
    [TestCase(ScalarType.Int32)]
    [TestCase(ScalarType.Int64)]
    [TestCase(ScalarType.Float16)]
    [TestCase(ScalarType.BFloat16)]
    [TestCase(ScalarType.Float32)]
    [TestCase(ScalarType.Float64)]
    public void WriteAndRead_EveryElementType_GivesTheSameBits(ScalarType type)
    {
        var values = rand(3, 5).sub(0.5f.ToScalar()).mul(100f.ToScalar()).to(type);
        var read = Read(Write(("values", values)))["values"];
        Assert.That((read.dtype, read.shape), Is.EqualTo((type, new long[] { 3, 5 })));
        Assert.That(read.bytes.ToArray(), Is.EqualTo(values.bytes.ToArray()));
    }

    // As the Python package lays out two tensors and its metadata: the wider type first, spaces behind the header.
    [Test]
    public void Read_FileWithMetadata_GivesItsValues()
    {
        const string Header =
            """{"__metadata__":{"format":"pt"},"count":{"dtype":"I64","shape":[],"data_offsets":[0,8]}"""
            + ""","weight":{"dtype":"F32","shape":[2,2],"data_offsets":[8,24]}}   """;
        byte[] file = [.. Prefix(Header.Length), .. Encoding.UTF8.GetBytes(Header), 7, 0, 0, 0, 0, 0, 0, 0, .. Floats(1, -2, 0.5f, 4)];
        var read = Read(file);
        Assert.That(read.Keys, Is.EqualTo(new[] { "count", "weight" }));
        Assert.That(read["count"].item<long>(), Is.EqualTo(7));
        Assert.That(read["weight"].shape, Is.EqualTo(new long[] { 2, 2 }));
        Assert.That(read["weight"].data<float>().ToArray(), Is.EqualTo(new[] { 1, -2, 0.5f, 4 }));
    }

    [Test]
    public void Write_IsTheFormatByteForByte()
    {
        var file = Write(("b", tensor(new float[] { 1, 2 })), ("a", tensor(new long[] { 3 })));
        // Elements of eight bytes first; spaces up to a multiple of eight.
        const string Header = """{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""";
        var padded = Header.PadRight((Header.Length + 7) / 8 * 8);
        Assert.That(file, Is.EqualTo((byte[])[.. Prefix(padded.Length), .. Encoding.UTF8.GetBytes(padded), 3, 0, 0, 0, 0, 0, 0, 0, .. Floats(1, 2)]));
    }

    [Test]
    public void WriteAndRead_NumbersThatAreNone_GiveTheSameBits()
    {
        var values = tensor(new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f, float.Epsilon });
        Assert.That(Read(Write(("values", values)))["values"].bytes.ToArray(), Is.EqualTo(values.bytes.ToArray()));
        Assert.That(
            () => Opened(Write(("values", values))).ReadAll(finite: true),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("'values' has a value that is NaN or infinite"));
    }

    [Test]
    public void CopyTo_NumberThatIsTooLargeForTheTarget_IsRefused()
    {
        using var target = zeros(2);
        var file = Opened(Write(("w", tensor(new[] { 1.0, 1e300 }))));
        Assert.That(
            () => file.CopyTo(target, file.Entries[0], finite: true),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("'w' has a value that is too large for Float32."));
    }

    [Test]
    public void WriteAndRead_ScalarEmptyAndStrided_KeepShapeAndValues()
    {
        var strided = arange(12).reshape(3, 4).t();
        var read = Read(Write(("scalar", tensor(7f)), ("empty", zeros(0, 3)), ("strided", strided), ("ä\"\n", ones(1))));
        Assert.That(read.Keys, Is.EquivalentTo(new[] { "scalar", "empty", "strided", "ä\"\n" }));
        Assert.That(read["scalar"].shape, Is.Empty);
        Assert.That(read["scalar"].item<float>(), Is.EqualTo(7));
        Assert.That(read["empty"].shape, Is.EqualTo(new long[] { 0, 3 }));
        Assert.That(read["strided"].equal(strided).all().item<bool>(), Is.True);
    }

    [Test]
    public void WriteAndRead_LargerThanWhatIsWrittenAtOnce_GivesTheSameBits()
    {
        var values = arange((1 << 24) + 5, int64).remainder(251.ToScalar()).to(ScalarType.Byte);
        var read = Read(Write(("before", ones(1)), ("large", values), ("after", ones(2))));
        Assert.That(read["large"].eq(values).all().item<bool>(), Is.True);
        Assert.That(read["after"].data<float>().ToArray(), Is.EqualTo(new[] { 1f, 1f }));
    }

    [Test]
    public void WriteAndReadVector_LargerThanWhatIsWrittenAtOnce_GivesTheSame()
    {
        float[] values = [.. Enumerable.Range(0, (1 << 24) + 5).Select(i => (float)i)];
        using var stream = new MemoryStream();
        TensorFile.Write(stream, [TensorData.OfVector("values", values)]);
        Assert.That(Opened(stream.ToArray()).ReadVector("values").AsSpan().SequenceEqual(values), Is.True);
        Assert.That(() => Opened(stream.ToArray()).ReadVector("scores"), Throws.TypeOf<InvalidDataException>().With.Message.Contains("scores Float32[n]"));
        Assert.That(
            () => Opened(Write(("values", ones(2, 2)))).ReadVector("values"),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("values Float32[2, 2]"));
        Assert.That(() => Opened(Write()).ReadVector("values"), Throws.TypeOf<InvalidDataException>().With.Message.Contains("nothing"));
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
        Assert.That(
            () => Write(("complex", zeros(2, ScalarType.ComplexFloat32))),
            Throws.TypeOf<NotSupportedException>().With.Message.Contains("'complex' holds ComplexFloat32"));
        Assert.That(
            () => Write(("deep", zeros(new long[] { 1, 1, 1, 1, 1, 1, 1, 1, 1 }))),
            Throws.TypeOf<NotSupportedException>().With.Message.Contains("'deep' has 9 dimensions"));
        Assert.That(() => Write((new string('x', 513), zeros(1))), Throws.TypeOf<NotSupportedException>().With.Message.Contains("512 bytes"));
        Assert.That(() => Write(("__metadata__", zeros(1))), Throws.TypeOf<NotSupportedException>().With.Message.Contains("'__metadata__'"));
        Assert.That(() => Write(("a", zeros(1)), ("a", zeros(1))), Throws.TypeOf<NotSupportedException>().With.Message.Contains("called 'a'"));
    }

    [Test]
    public void Write_MoreNamesThanAreRead_Throws()
    {
        var one = new float[1];
        var tensors = Enumerable.Range(0, 20_000).Select(i => TensorData.OfVector(i.ToString().PadLeft(500, 'x'), one)).ToArray();
        Assert.That(() => TensorFile.Write(new MemoryStream(), tensors), Throws.TypeOf<NotSupportedException>().With.Message.Contains("names and shapes take"));
    }

    [Test]
    public void CopyTo_TargetsInAnyOrder_AreFilled()
    {
        var (weight, bias, transposed) = (zeros(2, 3), zeros(2), zeros(3, 2).t());
        Opened(Write(("weight", ones(2, 3)), ("bias", full(2, 5f)), ("transposed", arange(6, float32).view(2, 3))))
            .CopyTo([("transposed", transposed), ("bias", bias), ("weight", weight)]);
        Assert.That((weight.sum().item<float>(), bias.sum().item<float>()), Is.EqualTo((6f, 10f)));
        Assert.That(transposed.contiguous().data<float>().ToArray(), Is.EqualTo(new float[] { 0, 1, 2, 3, 4, 5 }));
    }

    [Test]
    public void CopyTo_OtherTargets_NamesTheDifference()
    {
        var file = Opened(Write(("weight", ones(2, 3))));
        Assert.That(
            () => file.CopyTo([]), Throws.TypeOf<InvalidDataException>().With.Message.Contains("weight Float32[2, 3], which is not expected here"));
        Assert.That(
            () => file.CopyTo([("bias", zeros(2, 3))]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("weight Float32[2, 3], which is not expected here"));
        Assert.That(
            () => file.CopyTo([("weight", zeros(2, 3)), ("bias", zeros(2)), ("more", zeros(2))]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("lacks 'bias', which is expected, and 1 more"));
        Assert.That(
            () => file.CopyTo([("weight", zeros(3, 2))]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("Float32[2, 3] where weight Float32[3, 2] is expected"));
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

    // Every byte of the header takes every value: whatever comes of it, it is an answer or one exception, and room for no more than the file.
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
                catch (InvalidDataException)
                {
                    refused++;
                }
            }
        Assert.That(refused, Is.GreaterThan(header * 200));
    }

    [TestCase(ulong.MaxValue, TestName = "Open_LongestHeader_IsRefused")]
    [TestCase((ulong)TensorFile.LargestHeader + 1, TestName = "Open_HeaderBeyondTheLimit_IsRefused")]
    [TestCase(1ul << 63, TestName = "Open_NegativeHeader_IsRefused")]
    [TestCase(100ul, TestName = "Open_HeaderLongerThanTheFile_IsRefused")]
    public void Open_ImpossibleHeader(ulong length)
        => Assert.That(
            () => Opened([.. Prefix(length), .. "{}"u8]), Throws.TypeOf<InvalidDataException>().With.Message.Contains($"a header of {length:N0} bytes"));

    [TestCase("", "does not begin with '{'")]
    [TestCase(" {}", "does not begin with '{'")]
    [TestCase("[]", "does not begin with '{'")]
    [TestCase("{", "cannot be read")]
    [TestCase("{}x", "cannot be read")]
    [TestCase("{} {}", "cannot be read")]
    [TestCase("""{"a":1}""", "'a' is no description")]
    [TestCase("""{"a":{}}""", "lacks its dtype")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1]}}""", "lacks its dtype")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", "lacks its dtype")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", "more than 2 numbers")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", "more than 8 numbers")]
    [TestCase("""{"a":{"dtype":"F32","shape":4,"data_offsets":[0,4]}}""", "no list of numbers")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", "cannot be read")]
    [TestCase("""{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", "cannot be read")]
    [TestCase("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}""", "cannot be read")]
    [TestCase("""{"a":{"dtype":4,"shape":[1],"data_offsets":[0,4]}}""", "cannot be read")]
    [TestCase("""{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}""", "type F8_E4M3")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"strides":[1]}}""", "'strides' that is unknown")]
    [TestCase("""{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "there twice")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}""", "'a' more than once")]
    [TestCase("""{"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "name of 0 characters")]
    [TestCase("""{"__metadata__":{"a":1}}""", "__metadata__")]
    [TestCase("""{"__metadata__":"a"}""", "__metadata__")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "offsets are 4 and 8")]   // a hole
    // an overlap
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "offsets are 0 and 4")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "takes 8 bytes")]
    [TestCase("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,-4]}}""", "dimension of -1")]
    [TestCase("""{"a":{"dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,-4]}}""", "is impossible")]
    [TestCase("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", "is impossible")]
    [TestCase("""{"a":{"dtype":"F32","shape":[0,9223372036854775807,9223372036854775807],"data_offsets":[0,0]}}""", "is impossible")]   // its strides
    [TestCase("""{"a":{"dtype":"U8","shape":[4611686018427387904],"data_offsets":[0,4611686018427387904]}}""", "cut short")]
    [TestCase(
        """{"a":{"dtype":"U8","shape":[4611686018427387904],"data_offsets":[0,4611686018427387904]}"""
        + ""","b":{"dtype":"U8","shape":[4611686018427387904],"data_offsets":[4611686018427387904,-9223372036854775808]}}""",
        "its offsets are")]
    public void Open_ImpossibleDescription_SaysWhy(string header, string says)
        => Assert.That(
            () => Read([.. Prefix(header.Length), .. Encoding.UTF8.GetBytes(header), 0, 0, 0, 0]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(says));

    [Test]
    public void Open_TextThatIsNoUtf8_IsRefused()
    {
        byte[] header = [.. "{\""u8, 0xFF, .. "\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}"u8];
        Assert.That(() => Opened([.. Prefix(header.Length), .. header]), Throws.TypeOf<InvalidDataException>().With.Message.Contains("cannot be read"));
    }

    [Test]
    public void Read_BooleanThatIsNone_IsRefused()
    {
        var bytes = Write(("flags", ones(3, ScalarType.Bool)));
        bytes[^2] = 2;
        Assert.That(() => Read(bytes), Throws.TypeOf<InvalidDataException>().With.Message.Contains("neither true nor false"));
    }

    [Test]
    public void Write_Header_HasContiguousOffsetsInAnyJsonReader()
    {
        var bytes = Write(("b", ones(3)), ("a", ones(2, 2)), ("c", ones(5, ScalarType.Byte)));
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var header = JsonNode.Parse(bytes.AsSpan(8, length))!.AsObject();
        Assert.That(length % 8, Is.Zero);
        Assert.That(
            header.Select(entry => (entry.Key, (long)entry.Value!["data_offsets"]![0]!, (long)entry.Value["data_offsets"]![1]!)),
            Is.EqualTo(new[] { ("b", 0L, 12L), ("a", 12L, 28L), ("c", 28L, 33L) }));
        Assert.That(bytes, Has.Length.EqualTo(8 + length + 33));
    }

    private static NUnit.Framework.Constraints.Constraint Refused => Throws.TypeOf<InvalidDataException>();

    private static byte[] Prefix(long length) => Prefix((ulong)length);

    private static byte[] Prefix(ulong length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        return bytes;
    }

    private static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] Write(params (string Name, Tensor Tensor)[] tensors)
    {
        var stream = new MemoryStream();
        TensorFile.Write(stream, tensors);
        return stream.ToArray();
    }

    private static TensorFile Opened(byte[] bytes) => TensorFile.Open(new MemoryStream(bytes));

    private static IReadOnlyDictionary<string, Tensor> Read(byte[] bytes) => Opened(bytes).ReadAll();
}
