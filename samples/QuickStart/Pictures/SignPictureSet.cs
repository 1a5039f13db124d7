namespace QuickStart.Pictures;

/// <summary>Where the parts of a painted picture set lie; each folder holds one sub-folder per kind.</summary>
/// <param name="Root">The folder of the whole set.</param>
internal sealed record SignPictureSet(string Root)
{
    public string Train { get; } = Path.Combine(Root, "train");
    public string Calibration { get; } = Path.Combine(Root, "calibration");
    public string Test { get; } = Path.Combine(Root, "test");

    /// <summary>Kinds of sign that are not among the trained ones.</summary>
    public string Near { get; } = Path.Combine(Root, "ood-near");

    /// <summary>Surfaces without a sign.</summary>
    public string Textures { get; } = Path.Combine(Root, "ood-textures");

    /// <summary>Pixel noise.</summary>
    public string Noise { get; } = Path.Combine(Root, "ood-noise");
}
