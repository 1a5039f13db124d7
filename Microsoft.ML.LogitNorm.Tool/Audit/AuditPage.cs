using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Shared.Images;
using SkiaSharp;

namespace LogitNormTool.Audit;

/// <summary>The page of <c>logitnorm audit</c>: one file, pictures included, the most suspicious first.</summary>
internal static class AuditPage
{
    private const int Thumbnail = 160, Quality = 80;

    private const string Style = """
        :root { color-scheme: light dark; font-family: system-ui, sans-serif; }
        body { margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
        ol { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 1rem; list-style: none; padding: 0; }
        li { border: 1px solid #8884; border-radius: .5rem; padding: .5rem; overflow-wrap: anywhere; }
        img { width: 100%; aspect-ratio: 1; object-fit: contain; }
        .is { font-weight: 600; } small { opacity: .7; }
        """;

    /// <summary>The page as HTML.</summary>
    /// <param name="ml">Reads the pictures.</param>
    /// <param name="photos">What was looked at.</param>
    /// <param name="suspects">All images, the most suspicious first.</param>
    /// <param name="show">How many of them to show.</param>
    public static string Html(MLContext ml, string photos, IReadOnlyList<Suspect> suspects, int show)
    {
        var page = new StringBuilder();
        page.AppendLine("<!doctype html>").AppendLine("<html lang=\"en\">").AppendLine("<head><meta charset=\"utf-8\">")
            .AppendLine("<meta name=\"viewport\" content=\"width=device-width\">")
            .AppendLine(CultureInfo.InvariantCulture, $"<title>Suspicious images of {Text(photos)}</title><style>{Style}</style></head>")
            .AppendLine(CultureInfo.InvariantCulture, $"<body><h1>Suspicious images of {Text(photos)}</h1>")
            .AppendLine("<p>Each image was judged by a model that has not seen it. High up stand those whose folder looks wrong to it, and those that "
                + "look like none of the folders. Look at them: not all are mistakes.</p><ol>");
        foreach (var (i, (suspect, picture)) in suspects.Zip(Pictures(ml, suspects.Take(show))).Index())
            page.AppendLine(CultureInfo.InvariantCulture, $"<li>{picture}<div class=\"is\">{i + 1}. {Text(Words(suspect))}</div>")
                .AppendLine(CultureInfo.InvariantCulture, $"<div>lies in {Text(suspect.Label)} ({suspect.LabelProbability:P0} by the model)</div>")
                .AppendLine(CultureInfo.InvariantCulture, $"<small>{Text(suspect.Image)}</small></li>");
        return page.AppendLine("</ol></body></html>").ToString();
    }

    private static string Words(Suspect suspect)
        => suspect.Unusualness > suspect.LabelSurprise ? "looks like none of them"
            : suspect.LooksLike != suspect.Label ? $"looks like {suspect.LooksLike}"
            : $"hardly looks like {suspect.Label}";

    // As the model saw them: upright, transparency on white.
    private static IEnumerable<string> Pictures(MLContext ml, IEnumerable<Suspect> suspects)
    {
        var reading = ml.Transforms.ReadImages("Image", Thumbnail, Thumbnail, "ImagePath", resizing: ImageResizing.Pad, onError: ImageErrorMode.Mark)
            .Fit(ml.Data.LoadFromEnumerable(Array.Empty<ImageRow>()));
        var rows = reading.Transform(ml.Data.LoadFromEnumerable(suspects.Select(suspect => new ImageRow { ImagePath = suspect.Image })));
        foreach (var row in ml.Data.CreateEnumerable<Thumb>(rows, reuseRowObject: false))
            using (row.Image)
                yield return row.Image is null ? "" : Element(row.Image, Path.GetFileName(row.ImagePath));
    }

    private static string Element(MLImage image, string name)
    {
        using var pixels = SKImage.FromPixelCopy(new(image.Width, image.Height, ColorType(image), SKAlphaType.Opaque), image.Pixels);
        using var data = pixels.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return $"<img alt=\"{Text(name)}\" src=\"data:image/jpeg;base64,{Convert.ToBase64String(data.Span)}\">";
    }

    private static SKColorType ColorType(MLImage image) => image.PixelFormat == MLPixelFormat.Bgra32 ? SKColorType.Bgra8888 : SKColorType.Rgba8888;

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private sealed class Thumb
    {
        public string ImagePath { get; set; } = "";

        [ImageType(Thumbnail, Thumbnail)]
        public MLImage? Image { get; set; }
    }
}
