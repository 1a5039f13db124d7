using static Onnx.TensorProto.Types;

namespace Microsoft.ML.LogitNorm;

/// <summary>Scores that change the embedding before the head sees it, in ONNX. The scores' own files have formulas and sources.</summary>
internal static class ShapingFormulas
{
    public static OnnxValue ReAct(ScoredRows rows) => rows.EnergyOf(rows.Embedding.AtMost(rows.Constant(LogitNorm.ReAct.Limit)));

    public static OnnxValue Vra(ScoredRows rows)
        => rows.EnergyOf(rows.Embedding
            .AtLeast(rows.Constant("Low", rows.Learned[LogitNorm.Vra.Limits], limits => limits.narrow(0, 0, 1)))
            .AtMost(rows.Constant("High", rows.Learned[LogitNorm.Vra.Limits], limits => limits.narrow(0, 1, 1))));

    public static OnnxValue AshB(ScoredRows rows, AshB ash)
    {
        var (values, positions) = Strongest(rows, ash.Percentile);
        var positive = values.IsAbove(values.Number(0)).To(DataType.Float);   // [B, k]
        return rows.EnergyOf(rows.Embedding.OnlyAt(positions, rows.Embedding.Sum() / positive.Sum().AtLeast(1) * positive));
    }

    public static OnnxValue AshS(ScoredRows rows, AshS ash)
    {
        var (values, positions) = Strongest(rows, ash.Percentile);
        return rows.EnergyOf(rows.Embedding.OnlyAt(positions, values) * Ratio(rows, values));
    }

    public static OnnxValue Scale(ScoredRows rows, Scale scale) => rows.EnergyOf(rows.Embedding * Ratio(rows, Strongest(rows, scale.Percentile).Values));

    public static OnnxValue Dice(ScoredRows rows)
        => -(rows.Embedding.MatMul(rows.Constant(LogitNorm.Dice.Weight, weight => weight.t())) + rows.Constant(LogitNorm.Dice.Bias)).LogSumExp();

    private static (OnnxValue Values, OnnxValue Positions) Strongest(ScoredRows rows, double percentile)
        => rows.Embedding.TopK(StrongestFeatures.CountOf(rows.Features, percentile));

    /// <summary>exp(sum of all features / sum of the strongest), [B, 1].</summary>
    private static OnnxValue Ratio(ScoredRows rows, OnnxValue strongest)
        => (rows.Embedding.Sum() / strongest.Sum().AtLeast(StrongestFeatures.MinimumSum)).AtMost(StrongestFeatures.LargestRatio).Exp();
}
