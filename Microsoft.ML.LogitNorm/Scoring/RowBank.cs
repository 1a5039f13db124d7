using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>The training rows that a score of neighbours keeps.</summary>
internal static class RowBank
{
    // Any number: the same rows are drawn each time that a score is fitted.
    private const ulong Seed = 2204_06507;

    /// <summary>Draws rows, or takes them all.</summary>
    /// <param name="score">The score.</param>
    /// <param name="rows">The training rows.</param>
    /// <param name="size">How many to draw; null, or more than there are, for all.</param>
    /// <param name="k">How many neighbours the score looks for.</param>
    /// <exception cref="InvalidOperationException">There are fewer than <paramref name="k"/> rows.</exception>
    public static OodBatch Draw(OodScore score, in OodBatch rows, int? size, int k)
    {
        var count = rows.Logits.shape[0];
        if (count < k)
            throw new InvalidOperationException($"The score {score.Name} looks for {k} neighbours, but its bank has {count} rows. Give OodScores.{score.Name} a smaller k, or fit it on more rows.");
        if (size is not { } wanted || wanted >= count)
            return rows;
        using var generator = new Generator(Seed, CPU);
        return rows.Rows(randperm(count, int64, generator: generator).narrow(0, 0, wanted));
    }
}
