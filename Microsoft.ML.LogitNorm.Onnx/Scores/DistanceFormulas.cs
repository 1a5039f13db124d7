using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Scores of where the embedding lies, in ONNX. The scores' own files have formulas and sources.</summary>
internal static class DistanceFormulas
{
    public static OnnxValue SimplifiedHopfield(ScoredRows rows)
        => -(rows.Embedding * rows.Constant(LogitNorm.SimplifiedHopfield.Patterns).Rows(rows.Predicted)).Sum();

    public static OnnxValue NearestNeighbours(ScoredRows rows, NearestNeighbours neighbours)
    {
        var similarities = (rows.Directions.MatMul(rows.Constant(LogitNorm.NearestNeighbours.Bank, Transposed)) * 2)
            - rows.Constant(LogitNorm.NearestNeighbours.SquaredNorms, norms => norms.unsqueeze(0));
        var (nearest, _) = similarities.TopK(neighbours.K);
        return (rows.Directions.Squared().Sum() - nearest.Least()).AtLeast(0);
    }

    public static OnnxValue NnGuide(ScoredRows rows, NnGuide guide)
    {
        var (nearest, _) = rows.Directions.MatMul(rows.Constant(LogitNorm.NnGuide.Bank, Transposed)).TopK(guide.K);
        return -rows.Logits.LogSumExp() * nearest.Mean();
    }

    public static OnnxValue Relation(ScoredRows rows, Relation relation)
    {
        var relations = rows.Directions.MatMul(rows.Constant(LogitNorm.Relation.Bank, Transposed))
            * rows.Logits.Softmax().MatMul(rows.Constant(LogitNorm.Relation.Probabilities, Transposed));
        var edges = relations.IsAtMost(relations.Number(LogitNorm.Relation.LeastRelation)).Choose(relations.Number(0), relations);
        return -(relation.Power == 1 ? edges : edges.ToPower(relation.Power)).Sum();
    }

    public static OnnxValue Fdbd(ScoredRows rows, Fdbd fdbd)
    {
        // The distance between the weights of each class and each other is a constant.
        var between = rows.Constant("Between", rows.Network.HeadWeight, weight
            => cdist(weight, weight, compute_mode: compute_mode.donot_use_mm_for_euclid_dist).AtLeast(LogitNorm.Fdbd.MinimumDistance));
        var toBoundaries = ((rows.Logits.Largest() - rows.Logits) / between.Rows(rows.Predicted)).Sum();
        var spread = fdbd.DistanceToMean ? rows.Embedding - rows.Constant(LogitNorm.Fdbd.Mean) : rows.Embedding;
        return -toBoundaries / spread.Norm().AtLeast(LogitNorm.Fdbd.MinimumDistance);
    }

    public static OnnxValue Nci(ScoredRows rows, Nci nci)
    {
        var weight = rows.Constant("Weight", rows.Network.HeadWeight).Rows(rows.Predicted);
        var along = (weight * ScoredRows.DirectionsOf(rows.Embedding - rows.Constant(LogitNorm.Nci.Mean))).Sum();
        return -(along + (rows.Embedding.Abs().Sum() * nci.Alpha));
    }

    public static OnnxValue MaxCosine(ScoredRows rows) => -HeadExport.Cosines(rows.Graph, rows.Network, rows.Embedding).Largest();

    public static OnnxValue Residual(ScoredRows rows)
        => (rows.Embedding - rows.Constant(LogitNorm.Residual.Origin)).MatMul(rows.Constant(LogitNorm.Residual.Directions)).Norm();

    // The same tensors under the same names.
    public static OnnxValue VirtualLogit(ScoredRows rows) => (Residual(rows) * rows.Constant(LogitNorm.VirtualLogit.Alpha)) - rows.Logits.LogSumExp();

    private static Tensor Transposed(Tensor rows) => rows.t();
}
