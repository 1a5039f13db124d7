namespace Microsoft.ML.LogitNorm;

/// <summary>What a node gives for each row: feature maps [channels, H / reduction, W / reduction] of an image of H×W, or a vector [channels].</summary>
/// <param name="Channels">Channels of the feature maps, or length of the vector.</param>
/// <param name="Reduction">How many times smaller than the image's the feature maps' sides are; null for a vector.</param>
/// <param name="Steps">
/// By which steps they became smaller, and whether each rounds up or down: of a side that is odd they make different ones. For example "2+2-".
/// </param>
internal readonly record struct NodeShape(int Channels, int? Reduction, string Steps = "")
{
    /// <summary>Whether it is a vector.</summary>
    public bool IsVector => Reduction is null;

    /// <summary>An image, or feature maps of its size.</summary>
    public static NodeShape Image(int channels) => new(channels, 1);

    /// <summary>A feature vector.</summary>
    public static NodeShape Vector(int length) => new(length, null);

    /// <summary>The same feature maps with sides that are so many times smaller.</summary>
    /// <param name="stride">How many times.</param>
    /// <param name="roundsUp">Whether a part of a pixel becomes one.</param>
    public NodeShape Smaller(int stride, bool roundsUp)
        => stride == 1 ? this : this with { Reduction = Reduction * stride, Steps = $"{Steps}{stride}{(roundsUp ? '+' : '-')}" };

    public override string ToString() => Reduction switch
    {
        null => $"a vector of {Channels} features",
        1 => $"{Channels} feature maps of the image's size",
        var reduction => $"{Channels} feature maps of 1/{reduction} of the image's sides",
    };
}
