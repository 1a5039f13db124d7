using System.Text.Json.Serialization;

namespace Microsoft.ML.LogitNorm;

/// <summary>Images of no class that are made of the training images of the same step, to train against; see <c>LogitNormTrainer.Options</c>.</summary>
[Flags]
[JsonConverter(typeof(JsonStringEnumConverter<SyntheticOutliers>))]
public enum SyntheticOutliers
{
    /// <summary>None are made.</summary>
    None = 0,

    /// <summary>
    /// A training image cut into 4×4 tiles that are put together in another order. Leave it out where a class is a texture, which it is in any order.
    /// </summary>
    Jigsaws = 1,

    /// <summary>The mean of two training images of different classes.</summary>
    Mixtures = 2,

    /// <summary>Each value of each pixel drawn by itself, from the lowest to the highest value of the step's images.</summary>
    Noise = 4,

    /// <summary>Soft blobs of colour: noise of 4×4 pixels, drawn out to the size of the images.</summary>
    Blobs = 8,

    /// <summary>The pixels of a training image in another order: its colours without any shape.</summary>
    ShuffledPixels = 16,

    /// <summary>All of them, an equal part each.</summary>
    All = Jigsaws | Mixtures | Noise | Blobs | ShuffledPixels,
}
