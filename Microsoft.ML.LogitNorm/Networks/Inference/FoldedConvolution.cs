using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// A convolution for scoring only: the batch norm behind it is part of its weight and bias, and what follows is done in the same step.
/// See <see cref="Folding"/>. Safe for several threads at once.
/// </summary>
/// <remarks>
/// On oneDNN the weight is laid out for the inputs that come again and again, when the first of them comes: those of a single image, and those of a full pass.
/// The order fits one number of rows, size of feature map and number of threads (<see cref="OneDnn.Reorder"/>). Other inputs, such as those of a last pass that
/// is not full, use the plain weight, which oneDNN reorders at each call by its fast code.
/// What was laid out is put back into the plain order once, and must be the plain weight to the last bit; else that one is used.
/// </remarks>
/// <param name="weight">[F, C, k, k], float32, channels last in memory; owned from now on.</param>
/// <param name="bias">[F], or null; owned from now on.</param>
/// <param name="stride">Stride in both directions.</param>
/// <param name="padding">Padding on all sides.</param>
/// <param name="relu">Whether a ReLU is the last step.</param>
/// <param name="rowsPerPass">Rows of a full pass; null where torch's own operators compute, step by step, instead of <see cref="OneDnn"/>.</param>
/// <param name="reorder">Lays out a weight; null for <see cref="OneDnn.Reorder"/>.</param>
internal sealed class FoldedConvolution(
    Tensor weight, Tensor? bias, int stride, int padding, bool relu, long? rowsPerPass, FoldedConvolution.Reordering? reorder = null) : IDisposable
{
    /// <summary>
    /// A single image and a full pass, before and after the application sets libtorch's number of threads. Beyond, memory is dearer than the reordering.
    /// </summary>
    private const int MostLayouts = 4;

    private readonly Reordering _reorder = reorder ?? OneDnn.Reorder;
    private readonly Lock _gate = new();
    private volatile Layout[] _layouts = [];

    /// <inheritdoc cref="OneDnn.Reorder"/>
    internal delegate Tensor Reordering(Tensor weight, int stride, int padding, params ReadOnlySpan<long> inputSize);

    /// <summary>[B, C, H, W] → [B, F, H', W'], in the caller's scope.</summary>
    public Tensor Of(Tensor input) => rowsPerPass is null ? Activated(Plain(input)) : OneDnn.Convolve(input, WeightFor(input), bias, stride, padding, relu);

    /// <summary>Adds the convolution of <paramref name="input"/> to <paramref name="sum"/>, in place; the ReLU is that of the whole sum.</summary>
    /// <returns>The sum.</returns>
    public Tensor AddTo(Tensor sum, Tensor input)
    {
        if (rowsPerPass is null)
        {
            using var plain = Plain(input);
            return Activated(sum.AddInPlace(plain));
        }
        OneDnn.AddConvolution(sum, input, WeightFor(input), bias, stride, padding, relu);
        return sum;
    }

    /// <summary>Frees the weights that were laid out; those for the next input are laid out anew. Not while another thread computes.</summary>
    public void ForgetLayouts()
    {
        foreach (var layout in _layouts)
            if (!ReferenceEquals(layout.Weight, weight))
                layout.Weight.Dispose();
        _layouts = [];
    }

    public void Dispose()
    {
        ForgetLayouts();
        weight.Dispose();
        bias?.Dispose();
    }

    private Tensor WeightFor(Tensor input)
    {
        var rows = input.size(0);
        if (rows != 1 && rows != rowsPerPass)
            return weight;
        var use = new Use(rows, input.size(2), input.size(3), get_num_threads());
        return Find(_layouts, use) ?? LayOut(use);
    }

    private Tensor LayOut(in Use use)
    {
        lock (_gate)
        {
            var layouts = _layouts;
            if (Find(layouts, use) is { } meanwhile)
                return meanwhile;
            if (layouts.Length == MostLayouts)
                return weight;
            using var scope = NewDisposeScope();
            var laidOut = _reorder(weight, stride, padding, use.Rows, weight.size(1), use.Height, use.Width);
            var used = IsOrderOf(laidOut, weight) ? laidOut.DetachFromDisposeScope() : weight;
            _layouts = [.. layouts, new(use, used)];
            return used;
        }
    }

    // Orders differ by processor, rows and threads: no comparison of embeddings when the copy is made would meet them all.
    private static bool IsOrderOf(Tensor laidOut, Tensor weight) => laidOut.to_dense().eq(weight).all().item<bool>();

    private static Tensor? Find(Layout[] layouts, in Use use)
    {
        foreach (var layout in layouts)
            if (layout.Use == use)
                return layout.Weight;
        return null;
    }

    private Tensor Plain(Tensor input) => functional.conv2d(input, weight, bias, strides: [stride, stride], padding: [padding, padding]);

    private Tensor Activated(Tensor maps) => relu ? maps.relu_() : maps;

    /// <summary>All that the order of a weight depends on, on one processor.</summary>
    private readonly record struct Use(long Rows, long Height, long Width, int Threads);

    private sealed record Layout(Use Use, Tensor Weight);
}
