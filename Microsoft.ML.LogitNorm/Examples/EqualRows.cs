using System.Security.Cryptography;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Finds the classes whose rows are all the same, bit for bit: one picture under many names, or a column that was never filled.</summary>
/// <remarks>Kept is the SHA-256 of each class's first row; once a class has two that differ its rows are not looked at any more.</remarks>
internal sealed class EqualRows
{
    private readonly Dictionary<long, byte[]> _first = [];
    private readonly HashSet<long> _varied = [], _repeated = [];

    /// <summary>Takes in rows.</summary>
    /// <param name="rows">[N, …], on the CPU.</param>
    /// <param name="labels">Their classes, N, from 0.</param>
    public void Add(Tensor rows, IReadOnlyList<long> labels)
    {
        foreach (var (row, label) in labels.Index())
        {
            if (_varied.Contains(label))
                continue;
            using var scope = NewDisposeScope();
            var hash = SHA256.HashData(rows.narrow(0, row, 1).bytes);
            if (_first.TryAdd(label, hash))
                continue;
            if (_first[label].AsSpan().SequenceEqual(hash))
                _repeated.Add(label);
            else
                _varied.Add(label);
        }
    }

    /// <summary>The classes that have several rows, all equal.</summary>
    public IReadOnlyList<int> Classes() => [.. _repeated.Except(_varied).Select(label => (int)label).Order()];

    /// <summary>Whether all rows of all classes are equal; false for fewer than two rows.</summary>
    public bool All()
        => _varied.Count == 0 && (_first.Count > 1 || _repeated.Count > 0)
            && _first.Values.All(hash => hash.AsSpan().SequenceEqual(_first.Values.First()));
}
