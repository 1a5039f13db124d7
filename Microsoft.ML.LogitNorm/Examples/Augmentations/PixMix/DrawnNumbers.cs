namespace Microsoft.ML.LogitNorm;

/// <summary>Random numbers that were drawn together, one after the other: the generator is asked once for a batch.</summary>
/// <param name="numbers">From 0 up to, but not, 1.</param>
internal sealed class DrawnNumbers(IReadOnlyList<double> numbers)
{
    private int _next;

    /// <summary>From 0 up to, but not, 1.</summary>
    public double Next() => numbers[_next++];

    /// <summary>True for half of them.</summary>
    public bool Chance() => Next() < 0.5;

    /// <summary>From 0 to <paramref name="count"/> − 1.</summary>
    public int Below(int count) => (int)(Next() * count);
}
