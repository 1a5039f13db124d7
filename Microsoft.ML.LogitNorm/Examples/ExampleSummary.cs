namespace Microsoft.ML.LogitNorm;

/// <summary>What one pass over labelled rows has found.</summary>
/// <param name="ClassCounts">Rows of each class.</param>
/// <param name="Moments">Mean and standard deviation of each channel or feature; null without rows.</param>
/// <param name="Constants">Features, counted from 0, that have the same value in all rows; of images none are looked for.</param>
/// <param name="Hash">The SHA-256 of all values and labels, in order: what tells whether two sources are the same.</param>
internal sealed record ExampleSummary(IReadOnlyList<long> ClassCounts, InputNormalization? Moments, IReadOnlyList<int> Constants, string Hash)
{
    public IReadOnlyList<long> ClassCounts { get; } = ValueList.Of(ClassCounts);

    public IReadOnlyList<int> Constants { get; } = ValueList.Of(Constants);

    /// <summary>Classes, from 0, that have several rows, all of them equal.</summary>
    public IReadOnlyList<int> EqualClasses { get; init => field = ValueList.Of(value); } = ValueList.Create<int>([]);

    /// <summary>Whether there are several rows, and all of them are equal.</summary>
    public bool AllEqual { get; init; }
}
