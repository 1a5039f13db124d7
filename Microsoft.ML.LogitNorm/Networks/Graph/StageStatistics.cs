using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Takes the layer statistics of one pass through a network, from each stage when its output is there.</summary>
/// <remarks>
/// Not later: the sum that comes next may be made in place. Of feature maps the mean and the standard deviation over H×W of each channel, of vectors the values
/// themselves. Where the network's input is a vector, that comes first.
/// </remarks>
/// <param name="graph">The network's.</param>
internal sealed class StageStatistics(NetworkGraph graph) : IDisposable
{
    private readonly SortedList<int, Tensor> _parts = [];   // by node: a plan may come by them in another order

    /// <summary>How many numbers they are for each row.</summary>
    public static int SizeOf(NetworkGraph graph)
        => Enumerable.Range(0, graph.Nodes.Count).Where(graph.IsWatched).Select(graph.ShapeOf)
            .Sum(shape => shape.IsVector ? shape.Channels : 2 * shape.Channels);

    /// <summary>Looks at what a node gives, if it is the end of a stage. Call it without gradients.</summary>
    /// <param name="node">The node.</param>
    /// <param name="output">[B, C, H, W] or [B, F].</param>
    public void Add(int node, Tensor output)
    {
        if (!graph.IsWatched(node))
            return;
        using var scope = NewDisposeScope();
        _parts.Add(node, (output.dim() == 2 ? output.clone() : Moments(output)).DetachFromDisposeScope());   // that of the pass ends before this does
    }

    /// <summary>[B, S], in the caller's scope.</summary>
    public Tensor ToTensor() => cat([.. _parts.Values], 1);

    public void Dispose()
    {
        foreach (var part in _parts.Values)
            part.Dispose();
    }

    // One pass over memory for the sum and one for the sum of squares: mean() and std() are several times slower.
    private static Tensor Moments(Tensor maps)
    {
        var pixels = maps.permute(0, 2, 3, 1).flatten(1, 2);   // [B, H·W, C], a view where channels are last in memory
        var mean = pixels.mean([1]);
        var deviation = (pixels.Squared().mean([1]) - mean.Squared()).AtLeast(0.0).sqrt();
        return cat([mean, deviation], 1);
    }
}
