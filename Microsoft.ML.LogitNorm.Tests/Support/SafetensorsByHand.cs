using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Weight = Microsoft.ML.LogitNorm.Tests.ResNetByHand.Weight;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Files in the safetensors format as other programs write them.</summary>
internal static class SafetensorsByHand
{
    /// <summary>Writes tensors in an order of the caller's.</summary>
    /// <param name="path">The file.</param>
    /// <param name="weights">The tensors.</param>
    /// <param name="type">F32, F16, BF16 or F64.</param>
    /// <param name="metadata">Texts by name; null for none.</param>
    /// <param name="withCounts">Whether each batch norm has its num_batches_tracked, as PyTorch's have.</param>
    public static void Write(
        string path,
        IEnumerable<KeyValuePair<string, Weight>> weights,
        string type = "F32",
        Dictionary<string, string>? metadata = null,
        bool withCounts = false)
    {
        var header = new Dictionary<string, object>();
        if (metadata is not null)
            header["__metadata__"] = metadata;
        var parts = new List<byte[]>();
        long end = 0;
        foreach (var (name, (shape, values)) in weights)
        {
            Add(name, type, shape, Bytes(values, type));
            if (withCounts && name.EndsWith(".running_var", StringComparison.Ordinal))
                Add(name.Replace("running_var", "num_batches_tracked"), "I64", [], BitConverter.GetBytes(7L));
        }
        var json = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(header));
        using var stream = File.Create(path);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        stream.Write(length);
        stream.Write(json);
        foreach (var part in parts)
            stream.Write(part);

        void Add(string name, string code, int[] shape, byte[] bytes)
        {
            header[name] = new { dtype = code, shape, data_offsets = new[] { end, end + bytes.Length } };
            end += bytes.Length;
            parts.Add(bytes);
        }
    }

    /// <summary>The nearest number below in magnitude that bfloat16 has.</summary>
    public static float ToBfloat16(float value) => BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(value) & unchecked((int)0xFFFF0000));

    private static byte[] Bytes(float[] values, string type) => type switch
    {
        "F32" => MemoryMarshal.AsBytes(values.AsSpan()).ToArray(),
        "F64" => MemoryMarshal.AsBytes(values.Select(value => (double)value).ToArray().AsSpan()).ToArray(),
        "F16" => MemoryMarshal.AsBytes(values.Select(value => (Half)value).ToArray().AsSpan()).ToArray(),
        "BF16" => MemoryMarshal.AsBytes(values.Select(value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)).ToArray().AsSpan()).ToArray(),
        "I32" => MemoryMarshal.AsBytes(values.Select(value => (int)value).ToArray().AsSpan()).ToArray(),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
