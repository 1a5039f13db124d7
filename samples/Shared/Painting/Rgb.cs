namespace Shared.Painting;

/// <summary>A colour; each part in [0, 1].</summary>
public readonly record struct Rgb(float R, float G, float B)
{
    /// <summary>How bright the colour looks, in [0, 1].</summary>
    public float Luminance => 0.299f * R + 0.587f * G + 0.114f * B;

    public static Rgb Random(SeededRandom random) => new(random.Next(), random.Next(), random.Next());

    /// <summary>A random colour that is brighter or darker than <paramref name="other"/> by at least <paramref name="contrast"/>.</summary>
    public static Rgb RandomAgainst(Rgb other, float contrast, SeededRandom random)
    {
        while (true)
        {
            var color = Random(random);
            if (MathF.Abs(color.Luminance - other.Luminance) >= contrast)
                return color;
        }
    }

    /// <summary>The colour <paramref name="share"/> of the way from this one to <paramref name="other"/>.</summary>
    public Rgb Mix(Rgb other, float share)
        => new(R + (other.R - R) * share, G + (other.G - G) * share, B + (other.B - B) * share);
}
