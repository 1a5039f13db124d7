using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using LogitNormTool.Features;
using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;
using Microsoft.ML.Transforms.Image;
using Shared.Images;
using Spectre.Console;

namespace Microsoft.ML.LogitNorm.Benchmarks.Photos;

/// <summary>The command <c>one-photo</c>: what a prediction from bytes costs by a model of pretrained features, and which part of it what.</summary>
/// <remarks>A prediction engine computes what it is asked for, so engines of the same model that are asked for more and more tell the parts.</remarks>
internal static class OnePhotoCommand
{
    public const string Name = "one-photo";

    public static System.CommandLine.Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "model.zip of logitnorm train, of pretrained features." };
        var photos = new Argument<string>("PHOTOS") { Description = "A folder with photos." };
        var most = CountOption.Create("--photos", "At most so many of them, evenly spread.", 100);
        var rounds = CountOption.Create("--rounds", "How often each photo is predicted, all parts in turns; the median of all is told.", 5);
        var command = new System.CommandLine.Command(Name, "Measures a prediction of one photo from bytes by a model of pretrained features.")
        {
            model, photos, most, rounds,
        };
        command.SetAction(result => Show(
            result.GetValue(model)!, ImageFiles.Spread(ImageFiles.Below(result.GetValue(photos)!), result.GetValue(most)), result.GetValue(rounds)));
        return command;
    }

    private static void Show(string path, IReadOnlyList<string> files, int rounds)
    {
        var ml = new MLContext();
        using var app = UploadModel.Load(ml, path);
        Upload[] uploads = [.. files.Select(file => new Upload { Photo = File.ReadAllBytes(file) })];
        using var decoding = Engine<Decoded>();
        using var features = Engine<Featurized>();
        using var whole = Engine<UploadVerdict>();
        Action<Upload>[] runs =
        [
            upload => decoding.Predict(upload).Image!.Dispose(), upload => features.Predict(upload), upload => whole.Predict(upload),
        ];
        var taken = runs.Select(_ => new List<double>()).ToArray();
        var processor = new double[runs.Length];   // of all threads: what other programs take is not in it
        for (var round = 0; round <= rounds; round++)
            foreach (var upload in uploads)
                foreach (var (which, run) in runs.Index())
                {
                    var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
                    run(upload);
                    if (round == 0)
                        continue;
                    taken[which].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                    processor[which] += (Environment.CpuUsage.TotalTime - used).TotalMilliseconds / (rounds * uploads.Length);
                }

        double[] medians = [.. taken.Select(times => Series.Of(times, 0.5))];
        var table = new Table().Border(TableBorder.Markdown).AddColumns("part", "ms, median", "share", "processor time, ms, mean", "share");
        Row("decoding, resizing", values => values[0]);
        Row("pixels to floats, features", values => values[1] - values[0]);
        Row("head, score, decision", values => values[2] - values[1]);
        Row("all", values => values[2]);
        var kilobytes = uploads.Average(upload => upload.Photo.Length) / 1024;
        AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{files.Count} photos of {kilobytes:0} KB"));
        AnsiConsole.Write(table);

        PredictionEngine<Upload, T> Engine<T>()
            where T : class, new()
            => ml.Model.CreatePredictionEngine<Upload, T>(app, new PredictionEngineOptions { OwnsTransformer = false });

        void Row(string part, Func<double[], double> milliseconds)
            => table.AddRow([part, .. ((double[][])[medians, processor]).SelectMany(values => (string[])[
                milliseconds(values).ToString("0.00", CultureInfo.InvariantCulture),
                (milliseconds(values) / values[2]).ToString("P1", CultureInfo.InvariantCulture),
            ])]);
    }

    private sealed class Decoded
    {
        [ImageType(PretrainedNetwork.ImageSize, PretrainedNetwork.ImageSize)]
        public MLImage? Image { get; set; }
    }

    private sealed class Featurized
    {
        public float[] Features { get; set; } = [];
    }
}
