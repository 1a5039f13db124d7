using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>All that is random about one image of a batch.</summary>
/// <param name="first">How it begins; null for as it is.</param>
/// <param name="rounds">What is then mixed in, in order.</param>
internal sealed class PixMixPlan(LightChange? first, IReadOnlyList<PixMixRound> rounds)
{
    private const int NumbersBesideRounds = 5;

    public LightChange? First => first;

    public IReadOnlyList<PixMixRound> Rounds => rounds;

    /// <summary>A plan for each image. As many numbers are drawn for each, so that none depends on what the others' came to.</summary>
    public static IReadOnlyList<PixMixPlan> Draw(long batch, int k, double beta, int pictures, Generator generator)
    {
        using var scope = NewDisposeScope();
        double[] drawn = [.. rand([batch, NumbersBesideRounds + (k * PixMixRound.Numbers)], float64, generator: generator).data<double>()];
        return [.. drawn.Chunk(drawn.Length / (int)batch).Select(numbers => Of(new(numbers), k, beta, pictures))];
    }

    private static PixMixPlan Of(DrawnNumbers numbers, int k, double beta, int pictures)
    {
        var (changes, change) = (numbers.Chance(), LightChange.Draw(numbers));
        var count = numbers.Below(k + 1);
        return new(changes ? change : null, [.. Enumerable.Range(0, count).Select(_ => PixMixRound.Draw(numbers, pictures, beta))]);
    }
}
