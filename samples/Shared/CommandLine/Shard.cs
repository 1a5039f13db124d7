using System.Globalization;

namespace Shared.CommandLine;

/// <summary>One of several shares of a list of work, so that several processes or machines do it together.</summary>
/// <param name="Number">Which one, from 1.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Source">Who said so, for people.</param>
public sealed record Shard(int Number, int Count, string Source)
{
    /// <summary>All of the work.</summary>
    public static Shard Whole { get; } = new(1, 1, "as no --shard is given");

    /// <summary>This shard's pieces of the work, in their order: the first piece is the first shard's, the second the second's, and so around.</summary>
    /// <remarks>Neighbours, which often cost alike, go to different shards.</remarks>
    /// <param name="pieces">All of the work, the same for every shard and whatever of it is done already.</param>
    public IReadOnlyList<T> Of<T>(IEnumerable<T> pieces) => [.. pieces.Where((_, place) => place % Count == Number - 1)];

    /// <summary>Reads <c>i/n</c>.</summary>
    /// <exception cref="InputException">It is something else, or there is no such shard.</exception>
    public static Shard Parse(string value)
    {
        var parts = value.Split('/');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && number >= 1 && number <= count
                ? new(number, count, $"by --shard {value}")
                : throw new InputException($"--shard {value}: expected i/n, where i is 1 to n: 1/4 is the first of four, and 4/4 the last.");
    }

    public override string ToString() => $"{Number} of {Count}";
}
