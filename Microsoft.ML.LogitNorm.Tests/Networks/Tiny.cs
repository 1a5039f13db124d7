using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Networks;

/// <summary>The smallest network of each architecture that a test can train in seconds, and images for them.</summary>
internal static class Tiny
{
    public static readonly Backbone[] All = [Backbone.WideResNet(10, 1), Backbone.WideResNet(10, 2, 0), Backbone.DenseNet(10, 4, 0.1), Backbone.ResNet18()];

    /// <summary>Random images in the order in which they come from rows: [B, H, W, channels], seen as [B, channels, H, W].</summary>
    public static Tensor Images(int count, int channels = 3, int height = 16, int width = 16) => randn(count, height, width, channels).permute(0, 3, 1, 2);
}
