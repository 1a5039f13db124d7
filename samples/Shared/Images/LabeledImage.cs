namespace Shared.Images;

/// <summary>An image file and the class that its folder says it is.</summary>
public sealed record LabeledImage(string Path, string Label);
