using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>All of a model but its weights.</summary>
/// <param name="Backbone">The architecture.</param>
/// <param name="ClassCount">Classes, at least 2.</param>
/// <param name="Image">The column that images came from in training; a model binds to the same name, and to any column kind of the same size.</param>
/// <param name="Normalization">How pixels are centred and scaled.</param>
/// <param name="Classes">The classes' names; null where the label had none.</param>
/// <param name="Head">What comes after the architecture; a linear layer where nothing is said, as in files from before there was a choice.</param>
internal sealed record ModelSpec(Backbone Backbone, int ClassCount, ImageColumn Image, PixelNormalization Normalization, ClassValues? Classes, Head? Head = null)
{
    public Head Head { get; } = Head ?? Head.Linear();

    private NodeShape Input => NodeShape.Image(Image.Shape.Channels);

    /// <summary>D.</summary>
    [JsonIgnore]
    public int EmbeddingSize => Backbone.Graph(Input).EmbeddingSize;

    /// <summary>A network of this architecture to train, on the CPU, with freshly drawn weights.</summary>
    public ClassifierNetwork CreateNetwork(NetworkRandom random) => Backbone.CreateNetwork(Input, ClassCount, random, Head);

    /// <summary>A network of this architecture whose weights are yet to be read, or without any on the META device.</summary>
    public ClassifierNetwork CreateNetwork(Device device) => Backbone.CreateNetwork(Input, ClassCount, device, Head);

    /// <summary>Checks what a file could have wrong.</summary>
    /// <exception cref="InvalidDataException">The parts do not fit together.</exception>
    public void Check()
    {
        if (ClassCount < 2)
            throw new InvalidDataException($"{ClassCount} classes are too few.");
        Classes?.Check();
        if (Classes is { } classes && classes.Count != ClassCount)
            throw new InvalidDataException($"it has {classes.Count} class names for {ClassCount} classes.");
        Image.Check();
        if (Math.Min(Image.Shape.Height, Image.Shape.Width) < Backbone.Graph(Input).MinimumImageSize)
            throw new InvalidDataException($"images of {Image.Shape} are too small for {Backbone}.");
        if (Normalization.Mean.Count != Image.Shape.Channels)
            throw new InvalidDataException($"it normalises {Normalization.Mean.Count} channels of images that have {Image.Shape.Channels}.");
    }
}
