using System.CommandLine;
using System.Globalization;
using Microsoft.ML.LogitNorm.Tests;
using Shared.Images;
using SkiaSharp;
using Spectre.Console;

namespace Microsoft.ML.LogitNorm.Benchmarks.Photos;

/// <summary>The command <c>orientations</c>: whether a photo that lies turned in its file, and says so, gets the verdict of its upright copy.</summary>
internal static class OrientationCommand
{
    public const string Name = "orientations";

    private static readonly string[] s_formats = ["jpeg", "png", "webp"];

    public static System.CommandLine.Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "model.zip of logitnorm train, of pretrained features." };
        var photos = new Argument<string>("PHOTOS") { Description = "A folder with photos." };
        var most = CountOption.Create("--photos", "At most so many of them, evenly spread.", 150);
        var command = new System.CommandLine.Command(Name, "Counts the verdicts of turned photos that equal those of their upright copies.")
        {
            model, photos, most,
        };
        command.SetAction(result => Show(
            result.GetValue(model)!, ImageFiles.Spread(ImageFiles.Below(result.GetValue(photos)!), result.GetValue(most))));
        return command;
    }

    private static void Show(string path, IReadOnlyList<string> files)
    {
        var ml = new MLContext();
        using var app = UploadModel.Load(ml, path);
        var table = new Table().Border(TableBorder.Markdown)
            .AddColumns(["EXIF orientation", .. Enumerable.Range(1, 8).Select(Text), "largest difference of scores"]);
        foreach (var format in s_formats)
        {
            var upright = Verdicts(orientation: null);
            var (same, largest) = (new List<string>(), 0f);
            for (var orientation = 1; orientation <= 8; orientation++)
            {
                var turned = Verdicts(orientation);
                same.Add(Text(upright.Zip(turned).Count(pair => Decision(pair.First) == Decision(pair.Second))));
                largest = Math.Max(largest, upright.Zip(turned, (a, b) => Math.Abs(a.OodScore - b.OodScore)).Max());
            }
            table.AddRow([format, .. same, largest.ToString("0.####", CultureInfo.InvariantCulture)]);

            UploadVerdict[] Verdicts(int? orientation)
                => [.. ml.Data.CreateEnumerable<UploadVerdict>(
                    app.Transform(ml.Data.LoadFromEnumerable(files.Select(file => new Upload { Photo = Encoded(file, format, orientation) }))),
                    reuseRowObject: false)];
        }
        AnsiConsole.WriteLine($"{files.Count} photos; class and decision as of the upright copy");
        AnsiConsole.Write(table);
    }

    private static byte[] Encoded(string file, string format, int? orientation)
    {
        using var upright = SKBitmap.Decode(file);
        if (orientation is not { } turn)
            return upright.Encode(format);
        using var stored = EncodedImages.Stored(upright.Width, upright.Height, turn, upright.GetPixel);
        return EncodedImages.WithOrientation(stored.Encode(format), format, turn, bigEndian: turn % 2 == 0);
    }

    private static (string Label, bool IsOut) Decision(UploadVerdict verdict) => (verdict.PredictedLabel, verdict.IsOutOfDistribution);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
