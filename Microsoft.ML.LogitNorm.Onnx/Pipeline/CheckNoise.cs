using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Rows to compare a file and a model on where none are given, and rows in the order that ONNX has them.</summary>
internal static class CheckNoise
{
    /// <summary>Noise of the size of the training rows, the same each time: around their mean, from nearly nothing to thrice their deviation.</summary>
    public static IReadOnlyList<float[]> Rows(ModelSpec spec, int count)
    {
        var random = new Random(1);
        var shape = OnnxExporter.InputShape(spec.Input);
        var area = shape.Skip(1).Aggregate(1, (product, size) => product * size);
        return [.. Enumerable.Range(0, count).Select(row =>
        {
            var size = 3.0 * (row + 1) / count;
            return Enumerable.Range(0, shape[0] * area).Select(i => Value(i / area, size)).ToArray();
        })];

        float Value(int channel, double size)
            => (float)(spec.Normalization.Mean[channel] + (size * spec.Normalization.StandardDeviation[channel] * ((random.NextDouble() * 2) - 1)));
    }

    /// <summary>A row as an <see cref="InputReader"/> reads it, channels last, as planes of floats.</summary>
    public static float[] Planes(NetworkInput input, byte[] row)
    {
        var values = input.ItemType == ScalarType.Float32
            ? MemoryMarshal.Cast<byte, float>(row).ToArray()
            : Array.ConvertAll(row, value => (float)value);
        if (input is not ImageInput { Shape: var shape })
            return values;
        var area = shape.Height * shape.Width;
        var planes = new float[values.Length];
        for (var channel = 0; channel < shape.Channels; channel++)
            for (var i = 0; i < area; i++)
                planes[(channel * area) + i] = values[(i * shape.Channels) + channel];
        return planes;
    }
}
