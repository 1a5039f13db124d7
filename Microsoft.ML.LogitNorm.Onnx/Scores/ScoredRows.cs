using TorchSharp;
using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>What a score is computed from in an ONNX graph: the counterpart of <see cref="OodBatch"/>.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Network">The network behind the logits.</param>
/// <param name="Logits">[B, C].</param>
/// <param name="Embedding">[B, D].</param>
/// <param name="LayerStatistics">[B, S]; null where no score needs them.</param>
/// <param name="Learned">What the score has learned.</param>
/// <param name="Path">What the names of its constants begin with.</param>
internal sealed record ScoredRows(
    OnnxGraph Graph,
    ClassifierNetwork Network,
    OnnxValue Logits,
    OnnxValue Embedding,
    OnnxValue? LayerStatistics,
    IReadOnlyDictionary<string, Tensor> Learned,
    string Path)
{
    /// <summary>C.</summary>
    public long Classes => Network.HeadWeight.shape[0];

    /// <summary>D.</summary>
    public long Features => Network.HeadWeight.shape[1];

    /// <summary>The logits in double precision.</summary>
    public OnnxValue DoubleLogits => Logits.To(DataType.Double);

    /// <summary>The predicted class of each row, [B].</summary>
    public OnnxValue Predicted => Logits.ArgMax();

    /// <summary>The embedding's directions; 0 stays 0.</summary>
    public OnnxValue Directions => DirectionsOf(Embedding);

    /// <summary>What the score has learned.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shaped">What is to stand in the file instead, if it is another view of it.</param>
    public OnnxValue Constant(string name, Func<Tensor, Tensor>? shaped = null) => Constant(name, Learned[name], shaped);

    /// <summary>Any tensor, as a constant of the score's.</summary>
    public OnnxValue Constant(string name, Tensor values, Func<Tensor, Tensor>? shaped = null)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return Graph.Constant($"{Path}/{name}", shaped is null ? values : shaped(values));
    }

    /// <summary>The rows' directions, as <see cref="LogitNorm.Directions"/> has them.</summary>
    public static OnnxValue DirectionsOf(OnnxValue rows) => rows / rows.Norm().AtLeast(LogitNorm.Directions.MinimumNorm);

    /// <summary>−log Σ exp of the logits of another embedding, [B, 1].</summary>
    public OnnxValue EnergyOf(OnnxValue embedding) => -HeadExport.Of(Graph, Network, embedding).LogSumExp();
}
