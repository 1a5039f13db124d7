namespace QuickStart;

/// <summary>Which of the user's images to open.</summary>
internal sealed record PicturesWanted
{
    /// <summary>A folder or zip with images of the classes.</summary>
    public required string Data { get; init; }

    /// <summary>What <see cref="Data"/> was given as, for errors.</summary>
    public string Option { get; init; } = "--data";

    /// <summary>A folder or zip with images to test on; null to look for it in <see cref="Data"/>, or to hold some out.</summary>
    public string? Test { get; init; }

    /// <summary>Each NAME=PATH, or the name of a generated set; the usual generated ones where there are none.</summary>
    public required IReadOnlyList<string> Ood { get; init; }

    /// <summary>Width and height of generated images.</summary>
    public required int ImageSize { get; init; }

    /// <summary>At most this many images per class and part; null for all.</summary>
    public int? Limit { get; init; }

    public required int Seed { get; init; }
}
