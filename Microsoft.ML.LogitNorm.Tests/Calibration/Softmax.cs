namespace Microsoft.ML.LogitNorm.Tests.Calibration;

/// <summary>Softmax and likelihood in the plainest way, to compare with.</summary>
internal static class Softmax
{
    public static double[] Of(double[] logits, double temperature = 1)
    {
        var largest = logits.Max();
        var weights = logits.Select(logit => Math.Exp((logit - largest) / temperature)).ToArray();
        return [.. weights.Select(weight => weight / weights.Sum())];
    }

    /// <summary>Mean of −log softmax(f / T)_y, without a floor.</summary>
    public static double NegativeLogLikelihood(double[][] logits, int[] labels, double temperature)
        => logits.Zip(labels, (f, y) => ((f.Max() - f[y]) / temperature) + Math.Log(f.Sum(logit => Math.Exp((logit - f.Max()) / temperature)))).Average();
}
