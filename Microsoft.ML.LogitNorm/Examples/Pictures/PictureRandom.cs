namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Random numbers for one picture: the same for a seed on every machine, and quick enough for some for each point. It is SplitMix64 (Steele, Lea and Flood,
/// "Fast Splittable Pseudorandom Number Generators", 2014).
/// </summary>
/// <param name="seed">Any number.</param>
internal sealed class PictureRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The numbers of one of many pictures, which have nothing to do with its neighbours'.</summary>
    /// <param name="seed">The seed of all of them.</param>
    /// <param name="number">Which picture it is.</param>
    public static PictureRandom Of(int seed, int number)
        => new(new PictureRandom(((ulong)(uint)seed << 32) | (uint)number).NextBits());

    /// <summary>From 0 up to, but not, 1.</summary>
    public double Next() => (NextBits() >> 11) * (1.0 / (1L << 53));

    /// <summary>From <paramref name="least"/> up to <paramref name="most"/>.</summary>
    public double Next(double least, double most) => least + ((most - least) * Next());

    /// <summary>From 0 to <paramref name="count"/> − 1.</summary>
    public int Next(int count) => (int)(Next() * count);

    private ulong NextBits()
    {
        unchecked
        {
            var bits = _state += 0x9E37_79B9_7F4A_7C15;
            bits = (bits ^ (bits >> 30)) * 0xBF58_476D_1CE4_E5B9;
            bits = (bits ^ (bits >> 27)) * 0x94D0_49BB_1331_11EB;
            return bits ^ (bits >> 31);
        }
    }
}
