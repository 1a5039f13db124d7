using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>The training rows that a score of neighbours keeps.</summary>
internal static class RowBank
{
    // Any number: the same rows are drawn each time that a score is fitted.
    private const ulong Seed = 2204_06507;

    /// <summary>Rows compared at once: with a batch of 128, 32 MB of similarities.</summary>
    private const long RowsAtOnce = 1 << 16;

    /// <summary>Rows summed over at once: a sum of functions has several matrices of that size at a time.</summary>
    private const long RowsSummedAtOnce = RowsAtOnce / 4;

    /// <summary>The k largest similarities of each row of a batch to the rows of a bank, in memory that does not grow with the bank.</summary>
    /// <param name="k">How many.</param>
    /// <param name="rows">Rows of the bank.</param>
    /// <param name="similarities">The batch's similarities [B, R] to R rows of the bank, from the first of them and R.</param>
    /// <returns>[B, k], the largest first.</returns>
    public static Tensor Largest(int k, long rows, Func<long, long, Tensor> similarities)
    {
        using var scope = NewDisposeScope();
        Tensor? largest = null;
        for (long start = 0; start < rows; start += RowsAtOnce)
        {
            using var step = NewDisposeScope();
            var count = Math.Min(RowsAtOnce, rows - start);
            var (block, _) = similarities(start, count).topk((int)Math.Min(k, count), 1);
            if (largest is not null)
                block = cat([largest, block], 1);
            var (kept, _) = block.topk((int)Math.Min(k, block.shape[1]), 1, largest: true, sorted: true);
            largest = kept.MoveToOuterDisposeScope();
        }
        return largest!.MoveToOuterDisposeScope();
    }

    /// <summary>The sum over all rows of a bank of what each row of a batch has with them, in memory that does not grow with the bank.</summary>
    /// <param name="rows">Rows of the bank.</param>
    /// <param name="terms">The batch's terms [B, R] with R rows of the bank, from the first of them and R.</param>
    /// <returns>[B].</returns>
    public static Tensor Sum(long rows, Func<long, long, Tensor> terms)
    {
        using var scope = NewDisposeScope();
        Tensor? sum = null;
        for (long start = 0; start < rows; start += RowsSummedAtOnce)
        {
            using var step = NewDisposeScope();
            var block = terms(start, Math.Min(RowsSummedAtOnce, rows - start)).sum([1]);
            if (sum is null)
                sum = block.MoveToOuterDisposeScope();
            else
                sum.AddInPlace(block);
        }
        return sum!.MoveToOuterDisposeScope();
    }

    /// <summary>Draws rows, or takes them all.</summary>
    /// <param name="score">The score.</param>
    /// <param name="rows">The training rows.</param>
    /// <param name="size">How many to draw; null, or more than there are, for all.</param>
    /// <param name="k">How many neighbours the score looks for.</param>
    /// <exception cref="OodScoreException">There are fewer than <paramref name="k"/> rows.</exception>
    public static OodBatch Draw(OodScore score, in OodBatch rows, int? size, int k)
    {
        var count = rows.Count;
        if (count < k)
            throw new OodScoreException(
                $"The score {score.Name} looks for {k} neighbours, but its bank has {count} rows. "
                + $"Give OodScores.{score.Name} a smaller k, or fit it on more rows.");
        if (size is not { } wanted || wanted >= count)
            return rows;
        using var generator = new Generator(Seed, CPU);
        return rows.Rows(randperm(count, int64, generator: generator).narrow(0, 0, wanted));
    }
}
