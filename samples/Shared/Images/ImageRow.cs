namespace Shared.Images;

/// <summary>A row that goes into the pipeline.</summary>
public sealed class ImageRow
{
    public string ImagePath { get; set; } = "";

    /// <summary>The class; empty for an image to predict.</summary>
    public string Label { get; set; } = "";
}
