namespace Microsoft.ML.LogitNorm;

/// <summary>Scores of the logits, and of them with the embedding's size, in ONNX. The scores' own files have formulas and sources.</summary>
internal static class OutputFormulas
{
    public static OnnxValue MaxSoftmax(ScoredRows rows) => -rows.DoubleLogits.Softmax().Largest();

    public static OnnxValue MaxLogit(ScoredRows rows) => -rows.Logits.Largest();

    public static OnnxValue Energy(ScoredRows rows, Energy energy) => (rows.Logits / energy.Temperature).LogSumExp() * -energy.Temperature;

    public static OnnxValue Entropy(ScoredRows rows)
    {
        var logProbabilities = rows.Logits.LogSoftmax();
        return -(logProbabilities.Exp() * logProbabilities).Sum();
    }

    public static OnnxValue GeneralizedEntropy(ScoredRows rows, GeneralizedEntropy entropy)
    {
        var (top, _) = rows.DoubleLogits.LogSoftmax().TopK(Math.Min(entropy.TopClasses, rows.Classes));
        return ((top * entropy.Gamma).Exp() * (-top.Expm1()).ToPower(entropy.Gamma)).Sum();
    }

    public static OnnxValue KlMatching(ScoredRows rows)
    {
        var logProbabilities = rows.DoubleLogits.LogSoftmax();
        var probabilities = logProbabilities.Exp();
        var logTypical = rows.Constant(LogitNorm.KlMatching.LogTypical, typical => typical.t());
        return ((probabilities * logProbabilities).Sum() - probabilities.MatMul(logTypical)).Least();
    }

    public static OnnxValue GradNorm(ScoredRows rows)
        => -((rows.Logits.Softmax() * rows.Classes) - 1).Abs().Sum() * rows.Embedding.Abs().Sum();

    public static OnnxValue Odin(ScoredRows rows, Odin odin) => -(rows.DoubleLogits / odin.Temperature).Softmax().Largest();
}
