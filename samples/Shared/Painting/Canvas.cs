using SkiaSharp;

namespace Shared.Painting;

/// <summary>A square picture in floating point; turned into bytes once, at the end.</summary>
public sealed class Canvas(int size)
{
    private readonly Rgb[] _pixels = new Rgb[size * size];

    public int Size => size;

    /// <summary>Sets every pixel from its position; x and y are pixel centres.</summary>
    public void Paint(Func<float, float, Rgb> color)
    {
        for (var y = 0; y < size; y++)
        for (var x = 0; x < size; x++)
            _pixels[y * size + x] = color(x + 0.5f, y + 0.5f);
    }

    /// <summary>Lays a colour over the picture, at each place to the share in [0, 1] that the function gives; x and y are pixel centres.</summary>
    public void Blend(Rgb color, Func<float, float, float> coverage)
    {
        for (var y = 0; y < size; y++)
        for (var x = 0; x < size; x++)
        {
            var share = coverage(x + 0.5f, y + 0.5f);
            if (share > 0)
                _pixels[y * size + x] = _pixels[y * size + x].Mix(color, share);
        }
    }

    /// <summary>Multiplies every pixel by a factor that depends on its position.</summary>
    public void Light(Func<float, float, float> factor)
    {
        for (var y = 0; y < size; y++)
        for (var x = 0; x < size; x++)
        {
            var light = factor(x + 0.5f, y + 0.5f);
            ref var pixel = ref _pixels[y * size + x];
            pixel = new(pixel.R * light, pixel.G * light, pixel.B * light);
        }
    }

    /// <summary>Gaussian blur with the given standard deviation in pixels; the border is continued outwards.</summary>
    public void Blur(float sigma)
    {
        var radius = (int)MathF.Ceiling(3 * sigma);
        Span<float> kernel = stackalloc float[2 * radius + 1];
        var sum = 0f;
        for (var i = -radius; i <= radius; i++)
            sum += kernel[i + radius] = MathF.Exp(-i * i / (2 * sigma * sigma));
        foreach (ref var weight in kernel)
            weight /= sum;

        var between = new Rgb[_pixels.Length];
        BlurRows(_pixels, between, kernel);   // each pass transposes, so two passes blur both directions
        BlurRows(between, _pixels, kernel);
    }

    /// <summary>Gaussian blur over the three channels of each pixel, which makes it greyer; red and blue are continued outwards.</summary>
    /// <param name="sigma">Standard deviation in channels.</param>
    public void BlurChannels(float sigma)
    {
        var radius = (int)MathF.Ceiling(4 * sigma);
        Span<float> shares = stackalloc float[9];   // [to, from]
        for (var to = 0; to < 3; to++)
        {
            var row = shares.Slice(3 * to, 3);
            var sum = 0f;
            for (var i = -radius; i <= radius; i++)
            {
                var weight = MathF.Exp(-i * i / (2 * sigma * sigma));
                row[Math.Clamp(to + i, 0, 2)] += weight;
                sum += weight;
            }

            foreach (ref var share in row)
                share /= sum;
        }

        foreach (ref var pixel in _pixels.AsSpan())
            pixel = new(
                shares[0] * pixel.R + shares[1] * pixel.G + shares[2] * pixel.B,
                shares[3] * pixel.R + shares[4] * pixel.G + shares[5] * pixel.B,
                shares[6] * pixel.R + shares[7] * pixel.G + shares[8] * pixel.B);
    }

    /// <summary>Replaces every pixel's colour by another.</summary>
    public void Change(Func<Rgb, Rgb> color)
    {
        foreach (ref var pixel in _pixels.AsSpan())
            pixel = color(pixel);
    }

    /// <summary>Adds normally distributed noise to every channel.</summary>
    public void AddNoise(float sigma, SeededRandom random)
    {
        foreach (ref var pixel in _pixels.AsSpan())
            pixel = new(pixel.R + sigma * random.Normal(), pixel.G + sigma * random.Normal(), pixel.B + sigma * random.Normal());
    }

    /// <summary>Writes the picture as bytes: all red values, then all green, then all blue ones.</summary>
    /// <param name="planes">[3, size, size].</param>
    public void CopyPlanes(Span<byte> planes)
    {
        for (var i = 0; i < _pixels.Length; i++)
        {
            planes[i] = ToByte(_pixels[i].R);
            planes[_pixels.Length + i] = ToByte(_pixels[i].G);
            planes[2 * _pixels.Length + i] = ToByte(_pixels[i].B);
        }
    }

    public byte[] EncodePng()
    {
        var bytes = new byte[4 * _pixels.Length];
        for (var i = 0; i < _pixels.Length; i++)
        {
            bytes[4 * i] = ToByte(_pixels[i].R);
            bytes[4 * i + 1] = ToByte(_pixels[i].G);
            bytes[4 * i + 2] = ToByte(_pixels[i].B);
            bytes[4 * i + 3] = byte.MaxValue;
        }

        using var image = SKImage.FromPixelCopy(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque), bytes);
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private static byte ToByte(float value) => (byte)(Math.Clamp(value, 0, 1) * 255 + 0.5f);

    private void BlurRows(Rgb[] from, Rgb[] to, ReadOnlySpan<float> kernel)
    {
        var radius = kernel.Length / 2;
        for (var y = 0; y < size; y++)
        for (var x = 0; x < size; x++)
        {
            float r = 0, g = 0, b = 0;
            for (var i = -radius; i <= radius; i++)
            {
                var pixel = from[y * size + Math.Clamp(x + i, 0, size - 1)];
                var weight = kernel[i + radius];
                r += weight * pixel.R;
                g += weight * pixel.G;
                b += weight * pixel.B;
            }

            to[x * size + y] = new(r, g, b);
        }
    }
}
