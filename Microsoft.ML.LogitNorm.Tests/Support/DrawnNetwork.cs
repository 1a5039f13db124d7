namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Networks with first weights.</summary>
internal static class DrawnNetwork
{
    /// <summary>A network on the CPU, as a training begins with it.</summary>
    public static ClassifierNetwork Draw(this Backbone backbone, int channels, int classes, Head? head = null, int seed = 1)
        => backbone.CreateNetwork(NodeShape.Image(channels), classes, new NetworkRandom(seed), head);
}
