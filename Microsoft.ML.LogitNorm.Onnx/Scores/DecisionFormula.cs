using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>The conformal decision in ONNX: ranks among calibration scores, and the threshold.</summary>
internal static class DecisionFormula
{
    /// <summary>1 − p [B, 1], float, and whether p is small enough [B, 1], bool.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="calibration">What it decides by.</param>
    /// <param name="score">[B, 1], float.</param>
    /// <param name="predicted">The predicted class, [B].</param>
    /// <param name="path">What the names of constants begin with.</param>
    public static (OnnxValue Confidence, OnnxValue Decision) Of(
        OnnxGraph graph, DetectorCalibration calibration, OnnxValue score, OnnxValue predicted, string path)
    {
        using var scope = NewDisposeScope();
        var parts = calibration.Parts;
        // A row of scores for each class, the shorter ones filled up with what no score lies below.
        var longest = parts.Max(part => part.Scores.Length);
        var ranks = full([parts.Count, longest], float.NegativeInfinity);
        foreach (var (i, part) in parts.Index())
            ranks[i].narrow(0, 0, part.Scores.Length).copy_(tensor(part.Scores.ToArray()));
        var widened = Ties.Widened(ranks);
        var own = graph.Constant($"{path}/scores", widened);
        var count = graph.Constant($"{path}/count", tensor(parts.Select(part => part.Scores.Length + 1.0).ToArray(), float64).unsqueeze(1));
        var threshold = graph.Constant($"{path}/threshold", stack([.. parts.Select((part, i) => widened[i][part.ThresholdAt])]).unsqueeze(1));
        if (calibration.Classes is not null)
            (own, count, threshold) = (own.Rows(predicted), count.Rows(predicted), threshold.Rows(predicted));
        var atLeast = own.IsAtLeast(score).To(DataType.Double).Sum() + 1;
        // A score that is NaN lies above no threshold, and below none: it is out of distribution rather than known.
        return ((1 - (atLeast / count)).To(DataType.Float), score.IsAtMost(threshold).Not());
    }
}
