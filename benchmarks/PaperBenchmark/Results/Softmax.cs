namespace PaperBenchmark.Results;

/// <summary>Probabilities of logits, as the model's <c>Score</c> has them.</summary>
internal static class Softmax
{
    public static float[] Of(float[] logits)
    {
        double max = logits.Max();
        var exponentials = logits.Select(logit => Math.Exp(logit - max)).ToArray();
        var sum = exponentials.Sum();
        return [.. exponentials.Select(value => (float)(value / sum))];
    }
}
