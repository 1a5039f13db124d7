using Shared.Files;

namespace Shared.Painting;

/// <summary>Out-of-distribution sets that are generated: pixel noise, written as PNG files like any other set.</summary>
public static class NoiseImages
{
    /// <summary>Images per set unless asked otherwise.</summary>
    public const int DefaultCount = 2_000;

    private static readonly Dictionary<string, Func<int, SeededRandom, Canvas>> Painters = new()
    {
        ["gaussian-noise"] = NoisePainter.Gaussian,
        ["uniform-noise"] = NoisePainter.Uniform,
        ["rademacher-noise"] = NoisePainter.Rademacher,
        ["blobs"] = NoisePainter.Blobs,
    };

    /// <summary>The names of the sets.</summary>
    public static IReadOnlyCollection<string> Names => Painters.Keys;

    /// <summary>The sets that are taken where the user names none.</summary>
    public static IReadOnlyCollection<string> Defaults { get; } = ["gaussian-noise", "uniform-noise"];

    /// <summary>Paints one picture of a set.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="size">Width and height in pixels.</param>
    /// <param name="seed">The set's seed.</param>
    /// <param name="number">Which picture, from 1.</param>
    public static Canvas Paint(string name, int size, int seed, int number) => Painters[name](size, new(seed, $"{name}/{number}"));

    /// <summary>Writes one of the sets below <paramref name="cache"/>, or finds it there, and returns its folder.</summary>
    public static string Write(string name, string cache, int size, int seed, int count = DefaultCount, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var manifest = $"{name} version {NoisePainter.Version}, {count} images of {size} pixels, seed {seed}";
        var folder = Path.Combine(cache, $"{name}-{size}-{seed}");
        StagedFolder.Write(folder, manifest, target =>
            Parallel.For(1, count + 1, new ParallelOptions { CancellationToken = cancellation }, i =>
                File.WriteAllBytes(Path.Combine(target, $"{i:0000}.png"), Paint(name, size, seed, i).EncodePng())));
        return folder;
    }
}
