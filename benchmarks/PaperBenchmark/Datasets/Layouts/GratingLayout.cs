namespace PaperBenchmark.Datasets.Layouts;

/// <summary>Generated stripes with classes, so that the program can be tried without any data; nothing that is measured on them is a result.</summary>
internal sealed record GratingLayout : DatasetLayout
{
    private const int Seed = 1;
    private const int TrainImages = 1_000;
    private const int TestImages = 400;

    public override string Expected => "nothing: it is generated";

    public override IReadOnlyList<string>? Find(string root, DatasetPart part) => [];

    public override ImageTable Load(IReadOnlyList<string> paths, DatasetRequest request)
    {
        var classes = GratingPainter.Classes;
        var count = Math.Min(request.Limit ?? int.MaxValue, request.Part == DatasetPart.Train ? TrainImages : TestImages);
        var bytes = 3 * request.Size * request.Size;
        var pixels = new byte[count * bytes];
        Parallel.For(0, count, new ParallelOptions { CancellationToken = request.Cancellation }, i =>
            GratingPainter.Paint(i % classes.Count, request.Size, new(Seed, $"{request.PartName}/{i}")).CopyPlanes(pixels.AsSpan(i * bytes, bytes)));
        return new(request.Name, request.Size, pixels, classes, [.. Enumerable.Range(0, count).Select(i => i % classes.Count)]);
    }
}
