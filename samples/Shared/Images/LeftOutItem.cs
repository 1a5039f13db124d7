namespace Shared.Images;

/// <summary>One file or folder that was left out.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Detail">What else there is to say, in a few words.</param>
public sealed record LeftOutItem(LeftOutReason Reason, string Path, string? Detail = null)
{
    /// <summary>Why, in a few words, as for an image that cannot be decoded.</summary>
    public string Why => Detail ?? Reason switch
    {
        LeftOutReason.OtherType => "this is no image by its name",
        LeftOutReason.Hidden => "it is hidden",
        LeftOutReason.NoContent => "it is empty, or a pipe or a device",
        LeftOutReason.ReadAlready => "it is a link to what is read under another name",
        LeftOutReason.LeadsUp => "it is a link to a folder above the link",
        LeftOutReason.LeadsNowhere => "it is a link to nothing",
        LeftOutReason.Unreadable => "this folder cannot be read",
        LeftOutReason.NoClass => "it lies in no folder of a class",
        LeftOutReason.UnusedFolder => "nothing is done with this folder",
        _ => throw new InvalidOperationException($"There is no reason {Reason}."),
    };

    public override string ToString() => Detail is null ? Path : $"{Path} ({Detail})";
}
