namespace Microsoft.ML.LogitNorm;

/// <summary>One mixing of an image with a picture, or with another look of itself.</summary>
/// <param name="Change">What the other look is; null for a picture.</param>
/// <param name="Picture">The picture's number.</param>
/// <param name="Top">Where its crop lies, from 0 up to 1.</param>
/// <param name="Left">See <paramref name="Top"/>.</param>
/// <param name="Mirrored">Whether it is flipped horizontally.</param>
/// <param name="Multiplies">Whether both are multiplied, rather than added.</param>
/// <param name="A">The image's weight or exponent.</param>
/// <param name="B">That of what is mixed in.</param>
internal readonly record struct PixMixRound(
    LightChange? Change, int Picture, double Top, double Left, bool Mirrored, bool Multiplies, float A, float B)
{
    /// <summary>How many numbers <see cref="Draw"/> takes, whatever comes of them.</summary>
    public const int Numbers = 12;

    public static PixMixRound Draw(DrawnNumbers numbers, int pictures, double beta)
    {
        var (changes, change) = (numbers.Chance(), LightChange.Draw(numbers));
        var (picture, top, left, mirrored) = (numbers.Below(pictures), numbers.Next(), numbers.Next(), numbers.Chance());
        var (multiplies, adds) = (numbers.Chance(), numbers.Chance());
        // U^(1/β) is of Beta(β, 1), and 1 minus it of Beta(1, β).
        var (first, second) = (Math.Pow(numbers.Next(), 1 / beta), 1 - Math.Pow(numbers.Next(), 1 / beta));
        var (a, b) = adds ? (first, second) : (2 - first, -second);
        return new(changes ? change : null, picture, top, left, mirrored, multiplies, (float)a, (float)b);
    }
}
