namespace Shared.Painting;

/// <summary>A small random generator (SplitMix64) whose numbers are the same on every machine and every version of .NET.</summary>
/// <remarks>Each picture owns one, seeded by what the picture is, so pictures do not depend on the order in which they are painted.</remarks>
public sealed class SeededRandom
{
    private ulong _state;

    /// <param name="seed">The seed of the whole set.</param>
    /// <param name="name">What is drawn with these numbers, for example <c>train/crossroads/17</c>.</param>
    public SeededRandom(int seed, string name)
    {
        var hash = 14695981039346656037UL ^ unchecked((uint)seed);   // FNV-1a: string.GetHashCode differs from run to run
        foreach (var letter in name)
            hash = (hash ^ letter) * 1099511628211UL;
        _state = hash;
    }

    /// <summary>A number in [0, 1).</summary>
    public float Next()
    {
        _state += 0x9E3779B97F4A7C15UL;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
        return ((mixed ^ (mixed >> 31)) >> 40) * (1f / (1 << 24));
    }

    /// <summary>A number in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public float Between(float low, float high) => low + (high - low) * Next();

    /// <summary>A whole number in [0, <paramref name="count"/>).</summary>
    public int Below(int count) => (int)(Next() * count);

    /// <summary>True with the given probability.</summary>
    public bool Chance(float probability) => Next() < probability;

    /// <summary>A number from the standard normal distribution.</summary>
    public float Normal()
    {
        var radius = MathF.Sqrt(-2 * MathF.Log(1 - Next()));
        return radius * MathF.Cos(MathF.Tau * Next());
    }

    public T Pick<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];
}
