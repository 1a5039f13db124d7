using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// What a score says of a tensor that it learns, so that a file can be checked before anything is computed from it. All its values are finite.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its dimensions; plain numbers are exact.</param>
internal sealed record LearnedTensor(string Name, ScalarType Type, params IReadOnlyList<LearnedTensor.Dimension> Shape)
{
    /// <summary>Whether its values ascend.</summary>
    public bool Ascends { get; init; }

    /// <summary>The tensor of a part of another score, which has names and sizes of its own.</summary>
    /// <param name="prefix">What tells the part from others.</param>
    public LearnedTensor OfPart(string prefix)
        => this with { Name = prefix + Name, Shape = [.. Shape.Select(size => size.Symbol is { } symbol ? size with { Symbol = prefix + symbol } : size)] };

    /// <summary>For example "Bank Float32[N ≥ 50, 64]".</summary>
    public override string ToString() => $"{Name} {Type}[{string.Join(", ", Shape)}]";

    /// <summary>A dimension that is given, or one that depends on the training rows.</summary>
    /// <param name="Least">The least that it is.</param>
    /// <param name="Most">The most that it is.</param>
    /// <param name="Symbol">What it is called; those of one name are equal in all tensors of a score. Null where it is given.</param>
    public readonly record struct Dimension(long Least, long Most, string? Symbol)
    {
        public static implicit operator Dimension(long size) => new(size, size, null);

        /// <summary>A number of rows that is not known before learning.</summary>
        public static Dimension Rows(long least = 1, long? most = null, string symbol = "N") => new(least, most ?? long.MaxValue, symbol);

        public override string ToString()
            => Symbol is null ? Least.ToString(System.Globalization.CultureInfo.InvariantCulture)
                : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Symbol} ≥ {Least}{(Most == long.MaxValue ? "" : $" and ≤ {Most}")}");
    }
}
