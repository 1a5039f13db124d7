using QuickStart.Pictures;
using Shared.Files;
using Shared.Images;
using Shared.Painting;

namespace Microsoft.ML.LogitNorm.Benchmarks.Drift;

/// <summary>Painted road signs that the model has not seen, as they were and changed, and their scores by the model.</summary>
internal sealed class SignImages(ITransformer model, MLContext ml, string folder)
{
    /// <summary>What happens to a picture, by name; the first is nothing.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<Pictogram> Kinds, Action<Canvas, SeededRandom> Change)> Changes { get; } =
    [
        ("nothing", Pictogram.Known, (_, _) => { }),
        ("noise, σ = 0.05", Pictogram.Known, (canvas, random) => canvas.AddNoise(0.05f, random)),
        ("noise, σ = 0.1", Pictogram.Known, (canvas, random) => canvas.AddNoise(0.1f, random)),
        ("noise, σ = 0.2", Pictogram.Known, (canvas, random) => canvas.AddNoise(0.2f, random)),
        ("blur, σ = 0.5 pixels", Pictogram.Known, (canvas, _) => canvas.Blur(0.5f)),
        ("blur, σ = 1 pixel", Pictogram.Known, (canvas, _) => canvas.Blur(1)),
        ("blur, σ = 2 pixels", Pictogram.Known, (canvas, _) => canvas.Blur(2)),
        ("half the light", Pictogram.Known, (canvas, _) => canvas.Light((_, _) => 0.5f)),
        ("kinds of sign never seen", Pictogram.Unseen, (_, _) => { }),
    ];

    /// <summary>The scores of so many pictures.</summary>
    /// <param name="change">Which of <see cref="Changes"/>.</param>
    /// <param name="count">How many pictures.</param>
    public float[] Scores(int change, int count)
    {
        var (name, kinds, spoil) = Changes[change];
        var target = Path.Combine(folder, $"drift-{change}");
        StagedFolder.Write(target, $"{name}, {count} pictures", into => Parallel.For(0, count, i =>
        {
            var random = new SeededRandom(1, $"drift/{i}");   // the same picture before each change
            var canvas = SignPainter.Paint(kinds[i % kinds.Count], random);
            spoil(canvas, random);
            File.WriteAllBytes(Path.Combine(into, $"{i:00000}.png"), canvas.EncodePng());
        }));
        var rows = ImageFiles.Below(target).Select(path => new ImageRow { ImagePath = path }).ToArray();
        var scored = model.Transform(ml.Data.LoadFromEnumerable(rows));
        return [.. ml.Data.CreateEnumerable<ScoredImage>(scored, reuseRowObject: true).Select(row => row.OodScore)];
    }

    private sealed class ScoredImage
    {
        public float OodScore { get; set; }
    }
}
