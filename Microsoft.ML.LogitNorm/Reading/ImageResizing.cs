namespace Microsoft.ML.LogitNorm;

/// <summary>How an image of one shape becomes one of another.</summary>
public enum ImageResizing
{
    /// <summary>Keeps proportions and fills the whole target: what hangs over is cut off, as much on either side.</summary>
    Crop,

    /// <summary>Keeps proportions and shows the whole image: what stays free on either side has the colour of the background.</summary>
    Pad,

    /// <summary>Shows the whole image on the whole target; proportions are lost.</summary>
    Stretch,
}
