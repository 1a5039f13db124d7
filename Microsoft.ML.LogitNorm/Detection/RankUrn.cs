namespace Microsoft.ML.LogitNorm;

/// <summary>Where a row lies among the calibration rows and all rows that were taken in before it, as an interval of p-values.</summary>
/// <remarks>
/// The n calibration scores leave n + 1 places for a new one. If all rows are exchangeable and their scores differ, the next row's place has a known
/// probability, whatever the scores are: (1 + the earlier rows in that place) / (n + 1 + all earlier rows), as of balls drawn from Pólya's urn. So the row's
/// smoothed p-value among <em>all</em> rows before it is uniform, given all places before: it lies in an interval that is as long as its place is probable.
/// Where scores tie, a row is put in the least unusual of its places, and the p-value can only be too large.
/// </remarks>
/// <param name="counts">How many rows each place has, the most unusual first; owned from now on.</param>
internal sealed class RankUrn(long[] counts)
{
    private long _total = counts.Sum() + counts.Length;

    /// <summary>An urn that nothing was taken into.</summary>
    /// <param name="calibrationRows">n, at least 1.</param>
    public static RankUrn Of(int calibrationRows) => new(new long[calibrationRows + 1L]);

    /// <summary>n.</summary>
    public int CalibrationRows => counts.Length - 1;

    /// <summary>How many rows each place has, the most unusual first.</summary>
    public IReadOnlyList<long> Counts => ValueList.Of<long>(counts);

    /// <summary>The p-values that a row in this place may have.</summary>
    /// <param name="place">How many calibration scores are at least as high as the row's, in [0, n].</param>
    /// <returns>0 ≤ Low &lt; High ≤ 1.</returns>
    public (double Low, double High) this[int place]
    {
        get
        {
            long below = place;
            for (var i = 0; i < place; i++)
                below += counts[i];
            return ((double)below / _total, (double)(below + 1 + counts[place]) / _total);
        }
    }

    /// <summary>Takes a row in.</summary>
    public void Add(int place)
    {
        counts[place]++;
        _total++;
    }
}
