using SkiaSharp;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Decodes images to pixels of one size: turned as their EXIF tag says, on a background, the first frame of an animation. Safe for several threads.
/// </summary>
/// <param name="width">Of what comes out.</param>
/// <param name="height">Of what comes out.</param>
/// <param name="resizing">How an image becomes that large.</param>
/// <param name="background">What lies behind transparent pixels, and beside an image that does not fill the target.</param>
/// <param name="mostPixels">Larger images are refused.</param>
internal sealed class ImageDecoder(int width, int height, ImageResizing resizing, SKColor background, long mostPixels)
{
    // What is drawn larger and then halved.
    private const long MostOversampled = 64_000_000;

    private const string GetAnew = "Get it anew, or remove the row.";

    // Colours as a screen shows them, whatever profile an image has.
    private static readonly SKColorSpace _colors = SKColorSpace.CreateSrgb();

    private readonly SKSizeI _target = new(width, height);

    /// <summary>Bytes of a decoded image.</summary>
    public int Bytes => width * height * 4;

    /// <summary>Decodes an image.</summary>
    /// <param name="content">The image.</param>
    /// <param name="destination">Its pixels, blue, green, red and 255 each, row by row.</param>
    /// <exception cref="UnreadableImageException">It cannot be read; says why.</exception>
    public unsafe void Decode(ImageContent content, Span<byte> destination)
    {
        var exif = Inspect(content);
        using var codec = SKCodec.Create(content.OpenForSkia(), out var opened) ?? throw Failed(content, opened);
        var pixels = (long)codec.Info.Width * codec.Info.Height;
        if (pixels > mostPixels)
            throw content.Unreadable(
                Invariant($"has {codec.Info.Width:N0} × {codec.Info.Height:N0} pixels, and at most {mostPixels:N0} are read (MaxPixels)"),
                "Make it smaller, raise MaxPixels, or remove the row.");
        using var turn = DecodingGate.Enter(pixels);
        var origin = exif ?? codec.EncodedOrigin;
        var seen = ImageTurn.Size(codec.Info.Size, origin);
        var placement = ImagePlacement.Of(seen, _target, resizing);
        using var bitmap = ImageTurn.Apply(Pixels(codec, placement.ScaleOf(seen), content), origin, info => Allocate(info, content));
        fixed (byte* start = destination)
        {
            using var target = new SKBitmap();
            target.InstallPixels(Info(_target), (nint)start);
            Draw(bitmap, placement, target, content);
        }
    }

    // A PNG's orientation; null where Skia tells it.
    private static SKEncodedOrigin? Inspect(ImageContent content)
    {
        try
        {
            using var stream = content.Open();
            Span<byte> start = stackalloc byte[ImageSignature.Length];
            start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
            ImageSignature.Check(start, content);
            return ImageSignature.IsPng(start) ? ExifOrientation.OfPng(stream) : null;
        }
        catch (IOException e)
        {
            throw content.Unreadable($"cannot be read: {e.Message.TrimEnd('.')}", GetAnew);
        }
    }

    private static SKBitmap Pixels(SKCodec codec, double scale, ImageContent content)
    {
        var info = new SKImageInfo(
            0, 0, SKColorType.Bgra8888, codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Premul, _colors)
            .WithSize(DecodedSize(codec, scale));
        var bitmap = Allocate(info, content);
        try
        {
            if (codec.GetPixels(info, bitmap.GetPixels()) is not SKCodecResult.Success and var result)
                throw Failed(content, result);
            bitmap.SetImmutable();   // or Skia draws a copy of it
            return bitmap;
        }
        catch
        {
            bitmap.Dispose();
            throw;
        }
    }

    // SKBitmap's constructor throws an Exception of no type of its own.
    private static SKBitmap Allocate(SKImageInfo info, ImageContent content)
    {
        var bitmap = new SKBitmap();
        if (bitmap.TryAllocPixels(info))
            return bitmap;
        bitmap.Dispose();
        throw content.Unreadable(
            Invariant($"needs {info.BytesSize64 >> 20:N0} MB of memory to be decoded, which are not there"), "Make it smaller, or lower MaxPixels.");
    }

    // JPEG and WebP can be decoded at a smaller size, of eighths, which costs less and averages over the pixels.
    private static SKSizeI DecodedSize(SKCodec codec, double scale)
    {
        for (var eighths = 1; eighths < 8; eighths++)
        {
            var size = codec.GetScaledDimensions(eighths / 8f);
            if (size.Width >= codec.Info.Width * scale && size.Height >= codec.Info.Height * scale)
                return size;
        }
        return codec.Info.Size;
    }

    /// <remarks>
    /// Where an image shrinks, Skia takes it from a half, a quarter … of its size (mipmaps) and interpolates between pixels, which is coarse by up to
    /// a factor of two. So what shrinks much is drawn two or four times as large first and halved, which averages four pixels each time.
    /// </remarks>
    private void Draw(SKBitmap image, ImagePlacement placement, SKBitmap target, ImageContent content)
    {
        var scale = placement.ScaleOf(image.Info.Size);
        var factor = scale < 0.35 ? 4 : scale < 0.7 ? 2 : 1;
        while (factor > 1 && (long)width * height * factor * factor > MostOversampled)
            factor /= 2;
        var first = factor == 1 ? target : Allocate(Info(new(width * factor, height * factor)), content);
        try
        {
            using (var canvas = new SKCanvas(first))
            using (var paint = new SKPaint { FilterQuality = placement.IsExact(image.Info.Size) ? SKFilterQuality.None : SKFilterQuality.Medium })
            {
                canvas.Clear(background);
                canvas.SetMatrix(placement.Matrix(image.Info.Size).PostConcat(SKMatrix.CreateScale(factor, factor)));
                canvas.DrawBitmap(image, 0, 0, paint);
            }
            Halve(first, factor, target, content);
        }
        finally
        {
            if (first != target)
                first.Dispose();
        }
    }

    private void Halve(SKBitmap image, int factor, SKBitmap target, ImageContent content)
    {
        if (factor == 1)
            return;
        var half = factor == 2 ? target : Allocate(Info(new(width * factor / 2, height * factor / 2)), content);
        try
        {
            image.SetImmutable();
            using (var canvas = new SKCanvas(half))
            using (var paint = new SKPaint { FilterQuality = SKFilterQuality.Low, BlendMode = SKBlendMode.Src })
            {
                canvas.Scale(0.5f);
                canvas.DrawBitmap(image, 0, 0, paint);
            }
            Halve(half, factor / 2, target, content);
        }
        finally
        {
            if (half != target)
                half.Dispose();
        }
    }

    private static SKImageInfo Info(SKSizeI size) => new(size.Width, size.Height, SKColorType.Bgra8888, SKAlphaType.Opaque, _colors);

    private static UnreadableImageException Failed(ImageContent content, SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => content.Unreadable("ends too early: it was cut off on its way", GetAnew),
        SKCodecResult.ErrorInInput or SKCodecResult.InvalidInput => content.Unreadable("is damaged", GetAnew),
        SKCodecResult.Unimplemented => content.Unreadable("is damaged, or of a variant of its format that is not supported", "Convert it, or remove the row."),
        _ => content.Unreadable($"cannot be decoded ({result})", GetAnew),
    };
}
