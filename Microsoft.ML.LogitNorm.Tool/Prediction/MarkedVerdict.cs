using QuickStart;

namespace LogitNormTool.Prediction;

/// <summary>What comes out of a model that goes on where an image cannot be read.</summary>
internal sealed class MarkedVerdict : Verdict
{
    /// <summary>Why the image cannot be read; "" where it can.</summary>
    public string ImageError { get; set; } = "";
}
