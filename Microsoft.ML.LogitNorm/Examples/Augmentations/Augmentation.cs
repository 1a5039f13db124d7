using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Random changes to training images that leave their class as it is. Done on whole batches, on the device.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(NoAugmentation), "none")]
[JsonDerivedType(typeof(CropAndFlipAugmentation), "crop-and-flip")]
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

    /// <summary>Takes a batch out of the training set.</summary>
    /// <param name="pixels">[N, H, W, C], the whole set.</param>
    /// <param name="rows">[B], int64, on the set's device.</param>
    /// <param name="generator">Where randomness comes from, on the CPU.</param>
    /// <returns>[B, H, W, C], of the type of <paramref name="pixels"/>.</returns>
    internal abstract Tensor Gather(Tensor pixels, Tensor rows, Generator generator);
}
