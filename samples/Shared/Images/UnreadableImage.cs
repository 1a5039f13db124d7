namespace Shared.Images;

/// <summary>A file that is named like an image but cannot be decoded.</summary>
/// <param name="Path">The file.</param>
/// <param name="Reason">Why, in a few words.</param>
public sealed record UnreadableImage(string Path, string Reason);
