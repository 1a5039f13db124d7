using Shared.Painting;

namespace WebApp.Engines;

/// <summary>The image that every model must answer for before it serves.</summary>
internal static class TrialImage
{
    private const int Side = 64;

    public static byte[] Png() => NoisePainter.Uniform(Side, new(seed: 1, "trial")).EncodePng();
}
