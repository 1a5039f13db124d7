namespace Microsoft.ML.LogitNorm;

/// <summary>One of the changes that PixMix makes to images by themselves, and how strong it is.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Level">From 0.1 to 3, of 10; the paper's severity.</param>
/// <param name="Reversed">Whether to turn or move the other way.</param>
internal readonly record struct LightChange(LightChange.Kinds Kind, double Level, bool Reversed)
{
    private const double Severity = 3, Least = 0.1, Full = 10;

    /// <summary>The paper's lighter set: what is not among the corruptions that robustness is measured by.</summary>
    internal enum Kinds
    {
        AutoContrast,
        Equalize,
        Posterize,
        Solarize,
        Rotate,
        ShearX,
        ShearY,
        TranslateX,
        TranslateY,
    }

    /// <summary>Whether pixels move, and keep their values.</summary>
    public bool IsGeometric => Kind >= Kinds.Rotate;

    /// <summary>A change, each kind with the same chance.</summary>
    public static LightChange Draw(DrawnNumbers numbers)
        => new((Kinds)numbers.Below(Enum.GetValues<Kinds>().Length), Least + ((Severity - Least) * numbers.Next()), numbers.Chance());

    /// <summary>The level as a share of what would be the full strength, a whole number.</summary>
    public int Whole(double full) => (int)(Level * full / Full);

    /// <summary>The rows [2, 3] of the matrix by which a pixel's place gives the one that it comes from, both from −1 to 1 across the image.</summary>
    public float[] Matrix(long height, long width)
    {
        var sign = Reversed ? -1 : 1;
        var (aspect, shear) = ((double)height / width, sign * Level * 0.3 / Full);
        var (sin, cos) = Math.SinCos(sign * Whole(30) * Math.PI / 180);
        double[] matrix = Kind switch
        {
            Kinds.Rotate => [cos, -sin * aspect, 0, sin / aspect, cos, 0],
            Kinds.ShearX => [1, shear * aspect, 0, 0, 1, 0],
            Kinds.ShearY => [1, 0, 0, shear / aspect, 1, 0],
            Kinds.TranslateX => [1, 0, sign * 2.0 * Whole(width / 3.0) / width, 0, 1, 0],
            Kinds.TranslateY => [1, 0, 0, 0, 1, sign * 2.0 * Whole(height / 3.0) / height],
            _ => throw new InvalidOperationException($"{Kind} moves no pixels."),
        };
        return [.. matrix.Select(value => (float)value)];
    }
}
