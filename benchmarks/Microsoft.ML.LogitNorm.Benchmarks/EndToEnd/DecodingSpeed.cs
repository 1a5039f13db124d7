using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>Images a second from JPEG files of 256×256 to pixels of 224×224, by one thread and by two, and of training on them.</summary>
internal sealed class DecodingSpeed(EndToEndSettings settings)
{
    public const string Part = "decoding";

    private const int FileSide = 256, Side = 224, Files = 20, NetworkBatch = 4;

    public void Measure(MLContext ml, Findings findings)
    {
        var folder = Directory.CreateTempSubdirectory("logitnorm-decoding");
        try
        {
            string[] paths = [.. Enumerable.Range(0, Files).Select(i => Path.Combine(folder.FullName, $"{i}.jpg"))];
            foreach (var path in paths)
                Paint(path);
            var rows = Enumerable.Range(0, settings.DecodedImages).Select(i => new FileRow { Path = paths[i % Files] }).ToArray();
            var data = ml.Transforms.LoadImages("Features", "", nameof(FileRow.Path))
                .Append(ml.Transforms.ResizeImages("Features", Side, Side))
                .Fit(ml.Data.LoadFromEnumerable(rows))
                .Transform(ml.Data.LoadFromEnumerable(rows));
            var column = ImageInput.Find(data.Schema, "Features", null);
            // What a streamed training must keep up with.
            using var training = new BareTraining(
                Backbone.ResNet18().CreateNetwork(NodeShape.Image(SyntheticImages.Channels), SyntheticImages.Classes, new NetworkRandom(1)),
                NetworkBatch,
                channelsLast: true,
                Side);
            var seconds = Rounds.Seconds(settings.Rounds, () => Read(data, column, 1), () => Read(data, column, 2), training.Step);
            Series[] series = [.. new[] { "one thread", "two threads" }
                .Zip(seconds, (name, taken) => new Series(
                    Part, $"JPEG {FileSide}×{FileSide} to {Side}×{Side}, {name}", "images/s", [.. taken.Select(value => rows.Length / value)]))];
            var network = new Series(Part, $"ResNet-18 training on {Side}×{Side}", "images/s", [.. seconds[2].Select(value => NetworkBatch / value)]);
            findings.Add([.. series, network]);
            findings.Add(Ratio.Least(series[1], series[0], 1.7), Ratio.Least(series[1], network, 1));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Read(IDataView data, ImageInput column, int threads)
    {
        var cursors = data.GetRowCursorSet([data.Schema[column.Name]], threads);
        Task.WaitAll([.. cursors.Select(cursor => Task.Factory.StartNew(() => ReadAll(cursor), TaskCreationOptions.LongRunning))]);

        void ReadAll(DataViewRowCursor cursor)
        {
            using (cursor)
            {
                var pixels = new byte[column.BytesPerRow];
                var reader = InputReader.Open(cursor, column);
                while (cursor.MoveNext())
                    reader.Read(pixels);
            }
        }
    }

    // Waves and noise, so that the file is about as large as a photograph's.
    private static void Paint(string path)
    {
        var random = new Random(path.Length);
        var pixels = new byte[FileSide * FileSide * 4];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (x, y) = (i / 4 % FileSide, i / 4 / FileSide);
            pixels[i] = (byte)(i % 4 == 3 ? 255 : 128 + (80 * Math.Sin((x * 0.05) + (i % 4)) * Math.Cos(y * 0.07)) + random.Next(-12, 13));
        }
        using var image = MLImage.CreateFromPixels(FileSide, FileSide, MLPixelFormat.Bgra32, pixels);
        image.Save(path);
    }

    private sealed class FileRow
    {
        public string Path { get; set; } = "";
    }
}
