using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.LogitNorm;

/// <summary>A list that never changes and equals every other of the same values in the same order, so that records which hold one compare by value.</summary>
/// <remarks>
/// A record's own equality asks its members' <see cref="object.Equals(object)"/>; that of an array or a <see cref="List{T}"/> only knows itself.
/// </remarks>
[CollectionBuilder(typeof(ValueList), nameof(ValueList.Create))]
[SuppressMessage("Naming", "CA1710", Justification = "It is what it is called.")]
internal sealed class ValueList<T>(ReadOnlySpan<T> values) : IReadOnlyList<T>
{
    private readonly T[] _values = [.. values];

    public int Count => _values.Length;

    public T this[int index] => _values[index];

    public override bool Equals(object? obj) => obj is ValueList<T> other && _values.AsSpan().SequenceEqual(other._values);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var value in _values)
            hash.Add(value);
        return hash.ToHashCode();
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Makes value lists.</summary>
internal static class ValueList
{
    public static ValueList<T> Create<T>(ReadOnlySpan<T> values) => new(values);

    /// <summary>A copy of a list, or the list itself where it is one already.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    public static ValueList<T> Of<T>(IReadOnlyList<T> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values as ValueList<T> ?? [.. values];
    }
}
