namespace Microsoft.ML.LogitNorm;

/// <summary>A training image that a model keeps, small, to be shown beside new ones that are similar to it.</summary>
public sealed class NearestImage
{
    internal NearestImage(string label, ReadOnlyMemory<byte> thumbnail) => (Label, Thumbnail) = (label, thumbnail);

    /// <summary>The name of its class.</summary>
    public string Label { get; }

    /// <summary>The image as a PNG file.</summary>
    public ReadOnlyMemory<byte> Thumbnail { get; }

    /// <summary>Its class.</summary>
    public override string ToString() => Label;
}
