using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// A copy of a trained network's layers before the head that only scores, and does so faster: see <see cref="Folding"/>. Safe for several threads at once.
/// </summary>
internal sealed class FoldedNetwork : IDisposable
{
    /// <summary>Largest side of the images of noise by which the copy is compared and timed: what a model file says of its images costs nothing.</summary>
    internal const int MostProbeSide = 32;

    /// <summary>
    /// Largest difference of an embedding's value to the network's own, as a share of the largest value: some hundred times float32's rounding.
    /// </summary>
    private const double Tolerance = 1e-4;

    /// <summary>
    /// Pixels in one pass on the CPU: 32 images of 32×32. Their feature maps stay in the processor's caches, where those of more images do not.
    /// </summary>
    private const long PixelsPerPass = 32 * 32 * 32;

    private readonly Folding _folding;
    private readonly ScoringPlan _plan;
    private readonly NetworkGraph _graph;
    private readonly Device _device;

    private FoldedNetwork(Folding folding, ScoringPlan plan, NetworkGraph graph, Device device)
        => (_folding, _plan, _graph, _device) = (folding, plan, graph, device);

    /// <summary>Images in a full pass of the size that the copy is made for.</summary>
    public required long Rows { get; init; }

    /// <summary>
    /// Whether single images are the copy's, too: on the CPU torch's own operators are slow at them (<c>ScoringNetwork.WithoutLoneImage</c>).
    /// </summary>
    public required bool TakesSingleImages { get; init; }

    /// <summary>Folds a network, and compares it with the original on small images of noise.</summary>
    /// <param name="classifier">The network, in evaluation mode.</param>
    /// <param name="shape">The size of its images.</param>
    /// <param name="device">Where it is.</param>
    /// <param name="oneDnn">Whether to compute with <see cref="OneDnn"/> on the CPU; null for where it is available.</param>
    /// <returns>The copy; null where its embeddings are not the network's, as NaN in the statistics makes them.</returns>
    public static FoldedNetwork? Create(ClassifierNetwork classifier, ImageShape shape, Device device, bool? oneDnn = null)
    {
        using var noGradient = inference_mode();
        using var scope = NewDisposeScope();
        var (rows, fused) = (RowsPerPass(shape.Height, shape.Width), oneDnn ?? OneDnn.IsAvailable);
        var folding = new Folding(device, rows, fused);
        try
        {
            var folded = new FoldedNetwork(folding, ScoringPlan.Of(classifier.Embedding, folding), classifier.Embedding.Graph, device)
            {
                Rows = rows,
                TakesSingleImages = fused || device.type != DeviceType.CPU,
            };
            if (folded.IsLike(classifier, Probe(shape, device)))
            {
                folded.ForgetProbe(shape);
                return folded;
            }
            folding.Dispose();
            return null;
        }
        catch
        {
            folding.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Images of noise, [B, channels, H, W], channels last, in the caller's scope: of the given size where that is small, else cut to
    /// <see cref="MostProbeSide"/>.
    /// </summary>
    public static Tensor Probe(ImageShape shape, Device device, long images = 2)
    {
        using var generator = new Generator(1, CPU);
        var (height, width) = (Math.Min(shape.Height, MostProbeSide), Math.Min(shape.Width, MostProbeSide));
        return randn([images, height, width, shape.Channels], generator: generator).to(device).permute(0, 3, 1, 2);
    }

    /// <summary>Images [B, channels, H, W], channels last in memory, to the embedding [B, D], in the caller's scope. Call it without gradients.</summary>
    public Tensor Embed(Tensor images) => Embed(images, statistics: false).Embedding;

    /// <inheritdoc cref="Embed(Tensor)"/>
    /// <param name="images">See there.</param>
    /// <param name="statistics">Whether to take layer statistics, [B, S].</param>
    public Embedded Embed(Tensor images, bool statistics)
    {
        var rowsPerPass = RowsPerPass(images.shape[2], images.shape[3]);
        if (images.shape[0] <= rowsPerPass || _device.type != DeviceType.CPU)
            return Pass(images);
        using var scope = NewDisposeScope();
        Embedded[] passes = [.. images.split(rowsPerPass).Select(Pass)];
        return new(
            cat([.. passes.Select(pass => pass.Embedding)]).MoveToOuterDisposeScope(),
            statistics ? cat([.. passes.Select(pass => pass.LayerStatistics!)]).MoveToOuterDisposeScope() : null);

        Embedded Pass(Tensor part) => Embedded.By(_graph, statistics, watcher => _plan.Run(part, watcher));
    }

    /// <summary>Frees what was laid out for <see cref="Probe"/>, where the images to come have another size. Not while another thread computes.</summary>
    public void ForgetProbe(ImageShape shape)
    {
        if (Math.Max(shape.Height, shape.Width) > MostProbeSide)
            ForgetLayouts();
    }

    /// <summary>Frees the weights that were laid out; those that are needed are laid out anew. Not while another thread computes.</summary>
    public void ForgetLayouts() => _folding.ForgetLayouts();

    public void Dispose() => _folding.Dispose();

    private static long RowsPerPass(long height, long width) => Math.Max(1, PixelsPerPass / (height * width));

    /// <summary>
    /// Whether several images have the network's embeddings and layer statistics, and single ones where they are taken.
    /// Each layout of a weight is checked when there is one.
    /// </summary>
    private bool IsLike(ClassifierNetwork classifier, Tensor images)
    {
        using var exact = _device.type == DeviceType.CUDA ? TensorFloat32.Off() : null;   // it differs by more than folding does
        var expected = classifier.Embed(images, statistics: true);
        return IsLike(images, expected)
            && (!TakesSingleImages || IsLike(images.narrow(0, 0, 1), new(First(expected.Embedding), First(expected.LayerStatistics!))));

        static Tensor First(Tensor rows) => rows.narrow(0, 0, 1);
    }

    private bool IsLike(Tensor images, Embedded expected)
    {
        var found = Embed(images, statistics: true);
        return IsNear(found.Embedding, expected.Embedding) && IsNear(found.LayerStatistics!, expected.LayerStatistics!);

        // Not "above the tolerance": a difference that is NaN must fail.
        static bool IsNear(Tensor values, Tensor wanted)
            => (values - wanted).abs().max().item<float>() <= Tolerance * wanted.abs().max().item<float>();
    }
}
