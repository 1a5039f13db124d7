using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="Augmentation.ColorJitter"/>
internal sealed record ColorJitterAugmentation(double Brightness, double Contrast, double Saturation, double Hue) : Augmentation
{
    private const double HalfCircle = 0.5;

    public double Brightness { get; } = Checked("brightness", Brightness);

    public double Contrast { get; } = Checked("contrast", Contrast);

    public double Saturation { get; } = Checked("saturation", Saturation);

    public double Hue { get; } = Hue is >= 0 and <= HalfCircle
        ? Hue
        : throw new ArgumentOutOfRangeException("hue", Hue, "The hue turns by a share of the colour circle, from 0 to 0.5, such as 0.05.");

    public override string ToString()
        => Invariant($"ColorJitter({Brightness}, {Contrast}, {Saturation}{(Hue == 0 ? "" : Invariant($", hue: {Hue}"))})");

    internal override Tensor Gather(Tensor pixels, Tensor rows, AugmentationContext context)
    {
        using var scope = NewDisposeScope();
        var images = pixels.index_select(0, rows).to(float32).Over(context.White).Within(0.0, 1.0);   // [B, H, W, C]
        // As many numbers whatever is switched off, so that two jitters of a seed differ in what they differ in.
        var order = randperm(4, int64, generator: context.Generator).data<long>().ToArray();
        var factors = rand([4, rows.shape[0], 1, 1, 1], float32, generator: context.Generator).to(pixels.device);
        foreach (var change in order)
            images = Change((int)change, images, factors.narrow(0, change, 1).squeeze(0));
        images = images.Times(context.White);
        return (pixels.is_floating_point() ? images : images.round()).to(pixels.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>One of the four changes, where it is wanted.</summary>
    private Tensor Change(int change, Tensor images, Tensor drawn)
    {
        var colour = images.shape[3] == ColorChanges.Channels;
        return change switch
        {
            0 when Brightness > 0 => ColorChanges.Brightness(images, Factor(drawn, Brightness)),
            1 when Contrast > 0 => ColorChanges.Contrast(images, Factor(drawn, Contrast)),
            2 when Saturation > 0 && colour => ColorChanges.Saturation(images, Factor(drawn, Saturation)),
            3 when Hue > 0 && colour => ColorChanges.Hue(images, drawn.Times(2 * Hue).Minus(Hue)),
            _ => images,
        };
    }

    /// <summary>From max(0, 1 − range) to 1 + range.</summary>
    private static Tensor Factor(Tensor drawn, double range)
    {
        var least = Math.Max(0, 1 - range);
        return drawn.Times(1 + range - least).Plus(least);
    }

    private static double Checked(string name, double range) => double.IsFinite(range) && range >= 0
        ? range
        : throw new ArgumentOutOfRangeException(name, range, $"The {name} changes by a factor from 1 − {name} to 1 + {name}: give a number of at least 0.");
}
