using System.Runtime.InteropServices;
using System.Security.Cryptography;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Makes an <see cref="ExampleSummary"/> of rows that come part by part.</summary>
/// <param name="input">What the rows are.</param>
internal sealed class ExampleSummarizer(NetworkInput input) : IDisposable
{
    // A span ends at 2 GB.
    private const long BytesAtOnce = 1 << 26;
    private const int LabelsAtOnce = 1 << 20;

    private readonly FeatureMoments _moments = new(input);
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly EqualRows _equal = new();
    private bool _any;

    /// <summary>Takes in rows.</summary>
    /// <param name="rows">[N, …], on the CPU.</param>
    /// <param name="labels">Their classes, from 0, in order.</param>
    public void Add(Tensor rows, IReadOnlyList<long> labels)
    {
        if (rows.shape[0] == 0)
            return;
        _any = true;
        _moments.Add(rows);
        _equal.Add(rows, labels);
        using var scope = NewDisposeScope();
        var flat = rows.view(-1);
        var step = BytesAtOnce / flat.element_size();
        for (long start = 0; start < flat.shape[0]; start += step)
            _hash.AppendData(flat.narrow(0, start, Math.Min(step, flat.shape[0] - start)).bytes);
    }

    /// <summary>The summary, once all rows are in.</summary>
    /// <param name="labels">Their classes, from 0, in order.</param>
    /// <param name="classes">How many classes there are.</param>
    public ExampleSummary Finish(IEnumerable<long> labels, int classes)
    {
        var counts = new long[classes];
        foreach (var part in labels.Chunk(LabelsAtOnce))   // all of them may be more bytes than a span has
        {
            _hash.AppendData(MemoryMarshal.AsBytes<long>(part));
            foreach (var label in part)
                counts[label]++;
        }
        var (moments, constants) = _any ? _moments.Finish() : (null, []);
        return new(counts, moments, constants, Convert.ToHexString(_hash.GetHashAndReset()))
        {
            EqualClasses = _equal.Classes(),
            AllEqual = _equal.All(),
        };
    }

    public void Dispose()
    {
        _moments.Dispose();
        _hash.Dispose();
    }
}
