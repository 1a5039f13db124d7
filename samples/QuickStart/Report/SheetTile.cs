namespace QuickStart.Report;

/// <summary>One image and what the model said about it.</summary>
/// <param name="ImagePath">The image file.</param>
/// <param name="Label">The predicted class.</param>
/// <param name="Confidence">The softmax score of that class, in [0, 1].</param>
/// <param name="IsOutOfDistribution">The detector's verdict: none of the classes.</param>
/// <param name="Truth">The true class, or null if the image belongs to none of the classes.</param>
internal sealed record SheetTile(string ImagePath, string Label, double Confidence, bool IsOutOfDistribution, string? Truth)
{
    /// <summary>A known image is right when accepted under its class, an unknown one when rejected.</summary>
    public bool IsRight => Truth is null ? IsOutOfDistribution : !IsOutOfDistribution && Label == Truth;
}

/// <summary>Images that belong together, under a heading.</summary>
internal sealed record SheetGroup(string Title, IReadOnlyList<SheetTile> Tiles);
