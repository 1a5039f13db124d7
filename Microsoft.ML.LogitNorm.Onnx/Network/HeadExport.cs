using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>How logits come from the embedding, as ONNX: what the modules of <see cref="Head"/> compute.</summary>
internal static class HeadExport
{
    /// <summary>Logits [B, C] of an embedding [B, D].</summary>
    public static OnnxValue Of(OnnxGraph graph, ClassifierNetwork network, OnnxValue embedding) => network.HeadModule switch
    {
        LinearLayer linear => NetworkExport.Linear(graph, "head", linear, embedding),
        ScaledCosine cosine => Factor(network.Head, Normalized(graph, cosine, embedding)) * Cosines(graph, network, embedding),
        DirectionInTraining direction => Divided(graph, direction, embedding),
        _ => throw new NotSupportedException(
            $"Head.{network.Head} cannot be exported to ONNX. Head.Linear(), Head.Cosine(), Head.DecomposedConfidence() and Head.T2FNorm() can."),
    };

    /// <summary>cos(w_i, z), [B, C]; 0 where the embedding is 0.</summary>
    public static OnnxValue Cosines(OnnxGraph graph, ClassifierNetwork network, OnnxValue embedding)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var directions = nn.functional.normalize(network.HeadWeight, dim: 1, eps: ScaledCosine.MinimumNorm);
        return (embedding / embedding.Norm().AtLeast(ScaledCosine.MinimumNorm)).MatMul(graph.Constant("head.directions", directions.t()));
    }

    private static OnnxValue Normalized(OnnxGraph graph, ScaledCosine cosine, OnnxValue embedding)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (factor, offset) = Folding.Affine(cosine.Norm);
        var weight = cosine.Scale.Weight * factor;   // [1, D]
        var bias = (cosine.Scale.Bias * factor) + offset;   // [1]
        return NetworkExport.Linear(graph, "head.scale", weight, bias, embedding).AtLeast(-ScaledCosine.LargestExponent).AtMost(ScaledCosine.LargestExponent);
    }

    private static OnnxValue Factor(Head head, OnnxValue normalized) => head switch
    {
        CosineHead => normalized.Exp(),
        DecomposedConfidenceHead => normalized.Number(1) / normalized.Sigmoid(),
        _ => throw new NotSupportedException($"Head.{head} has no scale that could be exported to ONNX."),
    };

    private static OnnxValue Divided(OnnxGraph graph, DirectionInTraining direction, OnnxValue embedding)
        => NetworkExport.Linear(graph, "head", direction.Weight, direction.Bias, embedding / direction.Tau);
}
