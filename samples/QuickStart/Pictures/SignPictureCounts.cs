namespace QuickStart.Pictures;

/// <summary>How many pictures of each part are painted.</summary>
internal sealed record SignPictureCounts
{
    /// <summary>Pictures per known kind to train on.</summary>
    public int Train { get; init => field = AtLeastOne(value); } = 500;

    /// <summary>Pictures per known kind to calibrate the detector with; the network never sees them.</summary>
    public int Calibration { get; init => field = AtLeastOne(value); } = 400;

    /// <summary>Pictures per known kind to test with.</summary>
    public int Test { get; init => field = AtLeastOne(value); } = 125;

    /// <summary>Pictures per unseen kind.</summary>
    public int Near { get; init => field = AtLeastOne(value); } = 100;

    /// <summary>Pictures of textures, all kinds together.</summary>
    public int Textures { get; init => field = AtLeastOne(value); } = 250;

    /// <summary>Pictures of pixel noise.</summary>
    public int Noise { get; init => field = AtLeastOne(value); } = 250;

    private static int AtLeastOne(int value)
        => value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Each part needs at least 1 picture.");
}
