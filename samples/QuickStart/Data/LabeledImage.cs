namespace QuickStart.Data;

/// <summary>An image file and the class that its folder says it is.</summary>
internal sealed record LabeledImage(string Path, string Label);
