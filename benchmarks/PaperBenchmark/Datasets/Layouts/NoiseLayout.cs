using Shared.Painting;

namespace PaperBenchmark.Datasets.Layouts;

/// <summary>Pixel noise, generated: nothing need lie in the data root.</summary>
/// <param name="Name">One of <see cref="NoiseImages.Names"/>.</param>
internal sealed record NoiseLayout(string Name) : DatasetLayout
{
    // Not the runs' seed: every run meets the same noise, as it meets the same photographs.
    private const int Seed = 1;

    public override string Expected => "nothing: it is generated";

    public override IReadOnlyList<string>? Find(string root, DatasetPart part) => part == DatasetPart.Test ? [] : null;

    public override ImageTable Load(IReadOnlyList<string> paths, DatasetRequest request)
    {
        var bytes = 3 * request.Size * request.Size;
        var pixels = new byte[Math.Min(request.Limit ?? int.MaxValue, NoiseImages.DefaultCount) * bytes];
        Parallel.For(0, pixels.Length / bytes, new ParallelOptions { CancellationToken = request.Cancellation },
            i => NoiseImages.Paint(Name, request.Size, Seed, i + 1).CopyPlanes(pixels.AsSpan(i * bytes, bytes)));
        return new(request.Name, request.Size, pixels, [], []);
    }
}
