using System.Text.Json.Serialization;

namespace Microsoft.ML.LogitNorm;

/// <summary>The first layers of a convolutional network, which decide what size of images it is made for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Stem>))]
public enum Stem
{
    /// <summary>A 3×3 convolution of stride 1: for small images, such as CIFAR's of 32×32.</summary>
    [JsonStringEnumMemberName("cifar")]
    Cifar,

    /// <summary>
    /// A 7×7 convolution of stride 2 and 3×3 max pooling of stride 2: for photos, such as ImageNet's at 224×224. What follows has a sixteenth of the pixels.
    /// </summary>
    [JsonStringEnumMemberName("imagenet")]
    ImageNet,
}
