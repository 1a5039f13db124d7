namespace QuickStart.Pictures;

/// <summary>How hard the pictures are: the only numbers to turn when the task is too easy or too hard.</summary>
/// <remarks>
/// Set once, by the accuracy of the cross-entropy network alone (90 to 98 % is wanted), never by how well unknown pictures are found.
/// Whoever changes a number raises <see cref="SignPictures.PainterVersion"/>, so that sets painted earlier are not taken for new ones.
/// Lengths are in pixels of a 32 × 32 picture, brightness runs from 0 to 1.
/// </remarks>
internal static class Difficulty
{
    /// <summary>A plate's radius lies between these.</summary>
    public const float MinRadius = 10f, MaxRadius = 15f;

    /// <summary>A sign is turned by at most this many degrees to either side.</summary>
    public const float MaxTurn = 17;

    /// <summary>A plate is stretched along a random direction by at most this share.</summary>
    public const float MaxStretch = 0.18f;

    /// <summary>Least difference in brightness between pictogram and plate.</summary>
    public const float MinContrast = 0.25f;

    /// <summary>Standard deviation of the blur, and of the pixel noise.</summary>
    public const float MinBlur = 0.3f, MaxBlur = 1f, MinNoise = 0.02f, MaxNoise = 0.11f;

    /// <summary>How often something hides a part of the sign.</summary>
    public const float OcclusionChance = 0.3f;
}
