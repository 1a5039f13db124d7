namespace Microsoft.ML.LogitNorm;

/// <summary>The size of an image as a network sees it.</summary>
/// <param name="Channels">Colour planes: 3 for colour, 1 for grey; any number where pixels come as a vector.</param>
/// <param name="Height">Rows of pixels.</param>
/// <param name="Width">Columns of pixels.</param>
public sealed record ImageShape(int Channels, int Height, int Width)
{
    /// <summary>Colour planes, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int Channels { get; init => field = AtLeastOne(value, nameof(Channels)); } = AtLeastOne(Channels, nameof(Channels));

    /// <summary>Rows of pixels, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int Height { get; init => field = AtLeastOne(value, nameof(Height)); } = AtLeastOne(Height, nameof(Height));

    /// <summary>Columns of pixels, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int Width { get; init => field = AtLeastOne(value, nameof(Width)); } = AtLeastOne(Width, nameof(Width));

    /// <summary>Values in one image: channels × height × width, which no array may hold; <see cref="long.MaxValue"/> for all that is beyond it.</summary>
    internal long ValueCount => (long)Int128.Min((Int128)Channels * Height * Width, long.MaxValue);

    /// <summary>For example "3×32×32" (channels × height × width).</summary>
    public override string ToString() => $"{Channels}×{Height}×{Width}";

    private static int AtLeastOne(int value, string name)
        => value >= 1 ? value : throw new ArgumentOutOfRangeException(name, value, "An image has at least 1 channel, 1 row and 1 column.");
}
