using System.Text.Json;
using Shared.Files;
using Shared.Painting;

namespace QuickStart.Pictures;

/// <summary>The default picture set: road signs told apart by their pictogram, with unknown signs, textures and noise beside them.</summary>
internal static class SignPictures
{
    /// <summary>Raised whenever the same seed gives other pictures than before.</summary>
    public const int PainterVersion = 1;

    private sealed record Manifest(int PainterVersion, int Seed, SignPictureCounts Counts);

    /// <summary>How many pictures <see cref="Write"/> paints.</summary>
    public static int Total(SignPictureCounts counts)
        => Pictogram.Known.Count * (counts.Train + counts.Calibration + counts.Test) + Pictogram.Unseen.Count * counts.Near + counts.Textures + counts.Noise;

    /// <summary>Writes the set as folders of PNG files; a set that is there already, whole and equal, is kept.</summary>
    /// <param name="root">The set's folder; it never holds half a set.</param>
    /// <param name="counts">How many pictures of each part.</param>
    /// <param name="seed">The same seed gives the same pictures; a picture does not depend on how many others there are.</param>
    /// <param name="progress">Gets the number of pictures written so far, now and then.</param>
    /// <param name="cancellation">Stops the painting and leaves nothing behind.</param>
    public static SignPictureSet Write(
        string root, SignPictureCounts counts, int seed, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var manifest = JsonSerializer.Serialize(new Manifest(PainterVersion, seed, counts));
        StagedFolder.Write(root, manifest, folder => Paint(new(folder), counts, seed, progress, cancellation));
        return new(root);
    }

    private static void Paint(SignPictureSet set, SignPictureCounts counts, int seed, IProgress<int>? progress, CancellationToken cancellation)
    {
        List<Picture> pictures =
        [
            .. Signs(set.Train, Pictogram.Known, counts.Train),
            .. Signs(set.Calibration, Pictogram.Known, counts.Calibration),
            .. Signs(set.Test, Pictogram.Known, counts.Test),
            .. Signs(set.Near, Pictogram.Unseen, counts.Near),
            .. Textures(set.Textures, counts.Textures),
            .. Noise(set.Noise, counts.Noise),
        ];
        foreach (var folder in pictures.Select(p => p.Folder).Distinct())
            Directory.CreateDirectory(folder);

        var done = 0;
        Parallel.ForEach(pictures, new ParallelOptions { CancellationToken = cancellation }, picture =>
        {
            var random = new SeededRandom(seed, $"{picture.Part}/{picture.Kind}/{picture.Index}");
            File.WriteAllBytes(Path.Combine(picture.Folder, $"{picture.Index:0000}.png"), picture.Paint(random).EncodePng());
            var count = Interlocked.Increment(ref done);
            if (count % 100 == 0 || count == pictures.Count)
                progress?.Report(count);
        });
    }

    private static IEnumerable<Picture> Signs(string part, IReadOnlyList<Pictogram> pictograms, int count)
        => from pictogram in pictograms
           from index in Enumerable.Range(1, count)
           select new Picture(part, pictogram.Kind, index, random => SignPainter.Paint(pictogram, random));

    private static IEnumerable<Picture> Textures(string part, int count)
        => from i in Enumerable.Range(0, count)
           let kind = i % TexturePainter.Kinds.Count
           select new Picture(part, TexturePainter.Kinds[kind], 1 + i / TexturePainter.Kinds.Count, random => TexturePainter.Paint(kind, random));

    private static IEnumerable<Picture> Noise(string part, int count)
        => from i in Enumerable.Range(0, count)
           let gaussian = i % 2 == 0
           select new Picture(part, gaussian ? "gaussian" : "uniform", 1 + i / 2,
               random => gaussian ? NoisePainter.Gaussian(SignPainter.Size, random) : NoisePainter.Uniform(SignPainter.Size, random));

    private sealed record Picture(string PartFolder, string Kind, int Index, Func<SeededRandom, Canvas> Paint)
    {
        public string Part { get; } = Path.GetFileName(PartFolder);
        public string Folder { get; } = Path.Combine(PartFolder, Kind);
    }
}
