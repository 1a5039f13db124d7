using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>What the layers before the head make of rows.</summary>
/// <param name="Embedding">[B, D].</param>
/// <param name="LayerStatistics">[B, S], by <see cref="StageStatistics"/>; null where nobody asked for them.</param>
internal readonly record struct Embedded(Tensor Embedding, Tensor? LayerStatistics)
{
    /// <summary>Runs a pass, and takes statistics of it if asked for; in the caller's scope.</summary>
    /// <param name="graph">The network's.</param>
    /// <param name="statistics">Whether to take them.</param>
    /// <param name="pass">Input to embedding, in the scope that it is called in.</param>
    public static Embedded By(NetworkGraph graph, bool statistics, Func<StageStatistics?, Tensor> pass)
    {
        if (!statistics)
            return new(pass(null), null);
        using var taken = new StageStatistics(graph);
        var embedding = pass(taken);
        return new(embedding, taken.ToTensor());
    }
}
