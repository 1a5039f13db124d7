using Shared.Images;
using SkiaSharp;

namespace PaperBenchmark.Datasets;

/// <summary>Brings images of any size to the square that a network takes.</summary>
/// <remarks>
/// As the paper's code does for Textures and Places365: the shorter side is resized to the wanted one, and the middle is cut out.
/// Resizing averages over all pixels that an output pixel covers, weighted by a triangle, as Pillow's bilinear filter does.
/// </remarks>
internal static class SquareImage
{
    /// <summary>Decodes an image file.</summary>
    /// <param name="file">The file's content.</param>
    /// <param name="size">Width and height of the result.</param>
    /// <param name="crop">Cuts this square out of the middle first, of images that are larger; null for the whole image.</param>
    /// <param name="planes">Gets the red, green and blue values, [3, size, size].</param>
    /// <returns>Why the image cannot be decoded; null if it was.</returns>
    public static string? Decode(byte[] file, int size, int? crop, Span<byte> planes)
    {
        using var stream = new SKMemoryStream(file);
        using var bitmap = ImageDecoder.Decode(stream, out var reason);
        if (bitmap is null)
            return reason ?? "it cannot be decoded";
        var middle = Math.Min(crop ?? int.MaxValue, Math.Min(bitmap.Width, bitmap.Height));
        var source = crop is null
            ? new Window(bitmap.Width, 0, 0, bitmap.Width, bitmap.Height)
            : new Window(bitmap.Width, Middle(bitmap.Width, middle), Middle(bitmap.Height, middle), middle, middle);
        Resize(bitmap.GetPixelSpan(), pixelBytes: 4, channelBytes: 1, source, size, planes);
        return null;
    }

    /// <summary>Resizes an image that is a square already.</summary>
    /// <param name="from">[3, side, side].</param>
    /// <param name="side">Its width and height.</param>
    /// <param name="size">Width and height of the result.</param>
    /// <param name="to">Gets [3, size, size].</param>
    public static void Resize(ReadOnlySpan<byte> from, int side, int size, Span<byte> to)
        => Resize(from, pixelBytes: 1, channelBytes: side * side, new(side, 0, 0, side, side), size, to);

    private static void Resize(ReadOnlySpan<byte> from, int pixelBytes, int channelBytes, Window source, int size, Span<byte> to)
    {
        var shorter = Math.Min(source.Width, source.Height);
        var columns = Taps.Of(source.Width, (int)((long)size * source.Width / shorter), size);
        var rows = Taps.Of(source.Height, (int)((long)size * source.Height / shorter), size);
        var between = new float[source.Height * size];   // [height, size]
        for (var channel = 0; channel < 3; channel++)
        {
            for (var y = 0; y < source.Height; y++)
            {
                var line = from[(channel * channelBytes + ((source.Top + y) * source.Stride + source.Left) * pixelBytes)..];
                for (var x = 0; x < size; x++)
                {
                    var (first, weights) = columns[x];
                    var sum = 0f;
                    for (var i = 0; i < weights.Length; i++)
                        sum += weights[i] * line[(first + i) * pixelBytes];
                    between[y * size + x] = sum;
                }
            }

            var plane = to.Slice(channel * size * size, size * size);
            for (var y = 0; y < size; y++)
            {
                var (first, weights) = rows[y];
                for (var x = 0; x < size; x++)
                {
                    var sum = 0f;
                    for (var i = 0; i < weights.Length; i++)
                        sum += weights[i] * between[(first + i) * size + x];
                    plane[y * size + x] = (byte)Math.Clamp(sum + 0.5f, 0, 255);
                }
            }
        }
    }

    private static int Middle(int whole, int part) => (whole - part) / 2;

    /// <summary>The part of an image that is used.</summary>
    private readonly record struct Window(int Stride, int Left, int Top, int Width, int Height);

    /// <summary>Which input values make an output value, and with which shares.</summary>
    private readonly record struct Taps(int First, float[] Weights)
    {
        /// <summary>The middle <paramref name="kept"/> of <paramref name="output"/> values that are made of <paramref name="input"/> ones.</summary>
        public static Taps[] Of(int input, int output, int kept)
        {
            var scale = (double)input / output;
            var reach = Math.Max(scale, 1);
            var taps = new Taps[kept];
            for (var i = 0; i < kept; i++)
            {
                var center = (i + Middle(output, kept) + 0.5) * scale;
                var first = Math.Max(0, (int)(center - reach + 0.5));
                var weights = new float[Math.Min(input, (int)(center + reach + 0.5)) - first];
                for (var k = 0; k < weights.Length; k++)
                    weights[k] = (float)Math.Max(0, 1 - Math.Abs(first + k + 0.5 - center) / reach);
                var sum = weights.Sum();
                foreach (ref var weight in weights.AsSpan())
                    weight /= sum;
                taps[i] = new(first, weights);
            }

            return taps;
        }
    }
}
