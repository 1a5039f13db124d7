using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Random changes to training images that leave their class as it is. Done on whole batches, on the device.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(NoAugmentation), "none")]
[JsonDerivedType(typeof(CropAndFlipAugmentation), "crop-and-flip")]
[JsonDerivedType(typeof(CutoutAugmentation), "cutout")]
[JsonDerivedType(typeof(RandomResizedCropAugmentation), "random-resized-crop")]
[JsonDerivedType(typeof(ColorJitterAugmentation), "color-jitter")]
[JsonDerivedType(typeof(PixMixAugmentation), "pixmix")]
[JsonDerivedType(typeof(AugmentationSequence), "sequence")]
public abstract record Augmentation
{
    private protected Augmentation()
    {
    }

    /// <summary>Images as they are.</summary>
    public static Augmentation None() => new NoAugmentation();

    /// <summary>The paper's: a random crop of the image padded with black, and, for half of the images, a horizontal flip.</summary>
    /// <param name="padding">Pixels of padding on each side, at least 0; the paper uses 4 for images of 32×32.</param>
    /// <param name="flip">Whether to flip; false where a mirrored image means something else, such as for digits, text or many signs.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="padding"/> is negative.</exception>
    public static Augmentation CropAndFlip(int padding = 4, bool flip = true) => new CropAndFlipAugmentation(padding, flip);

    /// <summary>
    /// Takes a random part of each image, enlarged to the image's size, and mirrors half of them: for photos, whose subject is near or far.
    /// </summary>
    /// <remarks>
    /// The part's area is a share of the image's, with the same chance between the scales, and its width is its height times a ratio, with the same chance
    /// on a logarithmic scale; it lies anywhere in the image with the same chance. Ten are drawn for each image, and the first that fits in it is taken; where
    /// none does, as large a part of its middle as the ratios allow. Between pixels it is bilinear. Images of bytes are rounded.
    /// Szegedy et al., "Going Deeper with Convolutions", CVPR 2015, arXiv 1409.4842, section 6; with the ratios and attempts of torchvision.
    /// Where the smallest scale is 0.08, as there, for a million photos, many parts show nothing of the subject; the default here is this library's choice for
    /// some hundreds of photos.
    /// </remarks>
    /// <param name="minScale">The smallest share of the area, above 0.</param>
    /// <param name="maxScale">The largest, at most 1.</param>
    /// <param name="minRatio">The smallest width over height, in pixels, above 0.</param>
    /// <param name="maxRatio">The largest, finite.</param>
    /// <param name="flip">Whether to flip; false where a mirrored image means something else, such as for digits, text or many signs.</param>
    /// <exception cref="ArgumentOutOfRangeException">A scale is not in (0, 1], a ratio not positive and finite, or a smallest above its largest.</exception>
    public static Augmentation RandomResizedCrop(
        double minScale = 0.35, double maxScale = 1, double minRatio = 3 / 4.0, double maxRatio = 4 / 3.0, bool flip = true)
        => new RandomResizedCropAugmentation(minScale, maxScale, minRatio, maxRatio, flip);

    /// <summary>Changes brightness, contrast, saturation and hue of each image by random factors: for photos in any light.</summary>
    /// <remarks>
    /// For pixels x from 0 to 1, with grey g = 0.299 R + 0.587 G + 0.114 B and factors f drawn evenly for each image: brightness f·x; contrast f·x + (1 − f)·ḡ,
    /// with ḡ the image's mean grey; saturation f·x + (1 − f)·g; hue turns the colour circle by f. What leaves 0…1 is cut off after each of them. They are done
    /// in an order that is drawn for each batch. As torchvision's ColorJitter, whose order is each image's own. Images of another number of channels than
    /// three have no saturation or hue, and their grey is the mean of the channels.
    /// Values run from 0 to 255 in images and bytes, and from 0 to 255 or 1 in vectors of floats, as their normalisation tells; others are cut off.
    /// </remarks>
    /// <param name="brightness">The factor is from 1 − this, at least 0, to 1 + this; 0 for none.</param>
    /// <param name="contrast">Likewise.</param>
    /// <param name="saturation">Likewise.</param>
    /// <param name="hue">The turn is from −this to this, of 1 for a whole circle, 0 to 0.5. None by default: the colour often is what tells the class.</param>
    /// <exception cref="ArgumentOutOfRangeException">A factor is negative or not finite, or <paramref name="hue"/> outside [0, 0.5].</exception>
    public static Augmentation ColorJitter(double brightness = 0.2, double contrast = 0.2, double saturation = 0.2, double hue = 0)
        => new ColorJitterAugmentation(brightness, contrast, saturation, hue);

    /// <summary>Covers a square of each image with the mean colour, so that the network learns to look at more than one part of it.</summary>
    /// <remarks>
    /// The square's centre is any pixel of the image with the same chance, and what of the square lies beyond the border is lost. The colour is the mean that
    /// images are standardised by, so that the network sees 0 there (in images of bytes it is rounded to one).
    /// DeVries and Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout", 2017, arXiv 1708.04552. It comes after the crop:
    /// <c>Augmentation.Of(Augmentation.CropAndFlip(), Augmentation.Cutout(16))</c>.
    /// </remarks>
    /// <param name="size">Width and height of the square in pixels, at least 1; the paper uses 16 for CIFAR-10 and 8 for CIFAR-100, which are 32×32.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is less than 1.</exception>
    public static Augmentation Cutout(int size) => new CutoutAugmentation(size);

    /// <summary>Mixes images with pictures of fractals, and with other looks of themselves.</summary>
    /// <remarks>
    /// <para>
    /// Hendrycks et al., "PixMix: Dreamlike Pictures Comprehensively Improve Safety Measures", CVPR 2022, arXiv 2112.05135, Algorithm 1. Half of the images
    /// begin changed. Then come 0 to <paramref name="k"/> rounds, each number with the same chance. A round takes a picture or, as often, the changed image,
    /// and mixes it in by a sum or, as often, by a product. For pixels from 0 to 1, these are a(2x − 1) + b(2y − 1), moved back from −1…1 to 0…1, and
    /// (2x)ᵃ(2y)ᵇ / 2. For half of them a comes from Beta(β, 1) and b from Beta(1, β); for the others a − 1 and −b both come from Beta(1, β).
    /// What leaves 0…1 is cut off after each round.
    /// </para>
    /// <para>
    /// The pictures are this library's own: fractals of iterated functions, made before the first step and the same in each training. A crop of each is taken,
    /// and every other one is mirrored. Images of one channel get them in grey. A changed image is one that was, as in the paper's lighter set and as strong as
    /// there: rotated, sheared or moved, by a little; posterized, solarized, equalized, or stretched to full contrast. The class stays.
    /// </para>
    /// <para>
    /// Values run from 0 to 255 in images and bytes, and from 0 to 255 or 1 in vectors of floats, as their normalisation tells; others are cut off.
    /// It comes last: <c>Augmentation.Of(Augmentation.CropAndFlip(), Augmentation.PixMix())</c>. It makes a task harder, and is for long trainings.
    /// </para>
    /// </remarks>
    /// <param name="k">The most rounds, at least 1; the paper uses 4.</param>
    /// <param name="beta">β, how little is mixed in, finite and above 0; the paper uses 3.</param>
    /// <param name="pictures">How many pictures there are, 1 to 2000.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public static Augmentation PixMix(int k = 4, double beta = 3, int pictures = 300) => new PixMixAugmentation(k, beta, pictures);

    /// <summary>Several, one after the other, each on what the one before has made of the images.</summary>
    /// <param name="parts">In their order. Sequences among them become their parts, and <see cref="None"/> is left out.</param>
    /// <returns>The sequence; where only one part is left that part, and <see cref="None"/> where none is.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="parts"/> is null.</exception>
    /// <exception cref="ArgumentException">One of them is null.</exception>
    public static Augmentation Of(params IReadOnlyList<Augmentation> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        Augmentation[] flat = [.. parts.SelectMany<Augmentation, Augmentation>(part => part switch
        {
            null => throw new ArgumentException("An augmentation is null. Leave it out, or put Augmentation.None() there.", nameof(parts)),
            NoAugmentation => [],
            AugmentationSequence sequence => sequence.Parts,
            _ => [part],
        })];
        return flat switch
        {
            [] => None(),
            [var only] => only,
            _ => new AugmentationSequence(flat),
        };
    }

    /// <summary>Takes a batch out of the training set, or changes a batch, of which all rows are then taken.</summary>
    /// <param name="pixels">[N, H, W, C], the whole set.</param>
    /// <param name="rows">[B], int64, on the set's device.</param>
    /// <param name="context">Where randomness comes from, and what values mean.</param>
    /// <returns>[B, H, W, C], of the type of <paramref name="pixels"/>; a new tensor, in the caller's scope.</returns>
    internal abstract Tensor Gather(Tensor pixels, Tensor rows, AugmentationContext context);
}
