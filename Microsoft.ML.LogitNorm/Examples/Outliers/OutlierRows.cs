using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Rows of none of the classes, in memory. Owns them until they are taken to a device.</summary>
internal sealed class OutlierRows : IDisposable
{
    /// <summary>What the rows of a set may take. It does not depend on the machine, so that a stopped training goes on with the same rows on another.</summary>
    internal const long MostBytes = 512L << 20;

    // Which rows are kept of a large set must not depend on the seed, which is known only once a checkpoint has been read, and that tells the rows' hash.
    private const int SampleSeed = 1;

    private readonly long _inView;

    private OutlierRows(ExampleSet set, long[]? numbers, long inView, IReadOnlyList<LeftOutRows> leftOut)
        => (Set, Numbers, _inView, LeftOut) = (set, numbers, inView, leftOut);

    /// <summary>The rows, as of one class.</summary>
    public ExampleSet Set { get; }

    /// <summary>What number each has in its view; null where all rows of the view are there.</summary>
    public IReadOnlyList<long>? Numbers { get; }

    /// <summary>Rows of the view left out as they have no image.</summary>
    public IReadOnlyList<LeftOutRows> LeftOut { get; }

    /// <summary>Tells, with the rows' SHA-256, whether two trainings had the same outliers.</summary>
    public string Id => Invariant($"{Set.Count} rows, {Set.Summary.Hash}");

    /// <summary>Reads all rows, or, of a set that would take too much memory, a random sample of them.</summary>
    /// <param name="data">The data.</param>
    /// <param name="input">What to read of each row.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <param name="mostBytes">What they may take.</param>
    /// <exception cref="InvalidOperationException">A row cannot be read, or has a value that is NaN or infinite.</exception>
    public static OutlierRows Read(IDataView data, NetworkInput input, CancellationToken cancellationToken, long mostBytes = MostBytes)
        => ExampleSetLoader.Load(data, input, label: null, cancellationToken, mostBytes) is { Examples: { } all, LeftOut: var leftOut }
            ? new(all, null, all.Count, leftOut)
            : Sample(data, input, cancellationToken, Math.Max(1, mostBytes / input.BytesPerRow));

    /// <summary>The first row that is, bit for bit, one of the training rows as well.</summary>
    /// <param name="training">The training rows, on the CPU.</param>
    /// <param name="rowsAtOnce">How many are looked at together.</param>
    /// <returns>The number of the outlier in its view and of the training row among those with a label; null where there is none.</returns>
    public (long Outlier, long Training)? FindIn(IExampleSource training, int rowsAtOnce)
    {
        var places = new Dictionary<UInt128, int>();
        foreach (var (place, hash) in RowHash.Of(Set.Values).Index())
            places.TryAdd(hash, place);
        using var batches = training.InOrder(rowsAtOnce);
        for (long start = 0; start < training.Count; start += rowsAtOnce)
        {
            using var scope = NewDisposeScope();
            foreach (var (row, hash) in RowHash.Of(batches.Next().Values).Index())
                if (places.TryGetValue(hash, out var place))
                    return (Numbers?[place] ?? place, start + row);
        }
        return null;
    }

    /// <summary>How much of its view is there, for a log.</summary>
    public override string ToString()
        => Numbers is null ? Invariant($"{Set.Count:N0} outliers") : Invariant($"{Set.Count:N0} outliers, a random part of {_inView:N0}");

    public void Dispose() => Set.Dispose();

    // Every row has the same chance to stay: Vitter, "Random Sampling with a Reservoir", ACM TOMS 1985, algorithm R.
    private static OutlierRows Sample(IDataView data, NetworkInput input, CancellationToken cancellationToken, long capacity)
    {
        using var scope = NewDisposeScope();
        using var reader = new ExampleReader(data, input, labelColumnName: null, cancellationToken);
        var room = input.Room(capacity);
        var numbers = new long[capacity];
        var random = new Random(SampleSeed);
        long count = 0;
        while (reader.Next() is { } chunk)
        {
            using var read = chunk;
            using var step = NewDisposeScope();
            for (var row = 0; row < chunk.Labels.Count; row++, count++)
            {
                var place = count < capacity ? count : random.NextInt64(count + 1);
                if (place >= capacity)
                    continue;
                using var copied = NewDisposeScope();
                room.narrow(0, place, 1).copy_(chunk.Values.narrow(0, row, 1));
                numbers[place] = count;
            }
        }
        // A view may have fewer rows in this pass than it had in the first.
        var kept = Math.Min(count, capacity);
        return new(
            new(input, room.narrow(0, 0, kept).clone().DetachFromDisposeScope(), zeros(kept, int64).DetachFromDisposeScope(), classes: 1), numbers, count,
            reader.LeftOut);
    }
}
