using System.Runtime.InteropServices;

namespace Microsoft.ML.LogitNorm;

/// <summary>Lays the pixels of an image in memory on white, as <c>ReadImages</c> does by default: a network sees no transparency.</summary>
/// <remarks>
/// An <see cref="Data.MLImage"/> does not tell whether its colours are multiplied by alpha, as those that ML.NET loads are. Where a colour is greater than its
/// alpha they are not. An image all of whose pixels are transparent and that has colours nevertheless has no alpha channel: its fourth bytes are unused.
/// </remarks>
internal sealed class OpaquePixels
{
    private const uint AlphaMask = 0xFF000000;

    private byte[] _onWhite = [];

    /// <summary>The pixels without transparency; the same span where there was none. It stands until the next call.</summary>
    /// <param name="pixels">Four bytes each, the fourth of which is alpha.</param>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> pixels)
    {
        var (all, any, colours) = Alphas(pixels);
        if (all == byte.MaxValue || (any == 0 && colours))
            return pixels;
        if (_onWhite.Length != pixels.Length)
            _onWhite = new byte[pixels.Length];
        LayOnWhite(pixels, _onWhite, IsMultiplied(pixels));
        return _onWhite;
    }

    // Whether all are opaque, whether any is not transparent, whether there are colours: in one pass, as nearly all images are opaque.
    private static (byte All, byte Any, bool Colours) Alphas(ReadOnlySpan<byte> pixels)
    {
        uint all = uint.MaxValue, any = 0;
        foreach (var pixel in MemoryMarshal.Cast<byte, uint>(pixels))
            (all, any) = (all & pixel, any | pixel);
        var little = BitConverter.IsLittleEndian;
        return ((byte)(little ? all >> 24 : all), (byte)(little ? any >> 24 : any), (any & (little ? ~AlphaMask : ~0xFFu)) != 0);
    }

    private static bool IsMultiplied(ReadOnlySpan<byte> pixels)
    {
        for (var i = 0; i + 3 < pixels.Length; i += 4)
            if (Math.Max(Math.Max(pixels[i], pixels[i + 1]), pixels[i + 2]) > pixels[i + 3])
                return false;
        return true;
    }

    private static void LayOnWhite(ReadOnlySpan<byte> pixels, Span<byte> onWhite, bool multiplied)
    {
        for (var i = 0; i + 3 < pixels.Length; i += 4)
        {
            var alpha = pixels[i + 3];
            for (var c = i; c < i + 3; c++)
            {
                var colour = multiplied ? pixels[c] : ((pixels[c] * alpha) + 127) / 255;
                onWhite[c] = (byte)(colour + byte.MaxValue - alpha);
            }
            onWhite[i + 3] = byte.MaxValue;
        }
    }
}
