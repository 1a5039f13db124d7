namespace Shared.Images;

/// <summary>Why a file or folder was left out.</summary>
public enum LeftOutReason
{
    /// <summary>A file whose name does not end as an image's does.</summary>
    OtherType,

    /// <summary>A file or folder that file managers do not show.</summary>
    Hidden,

    /// <summary>A file without content: an empty one, or a pipe, a socket or a device.</summary>
    NoContent,

    /// <summary>A link to a file or folder that is read under another name.</summary>
    ReadAlready,

    /// <summary>A link to a folder that the link itself lies in.</summary>
    LeadsUp,

    /// <summary>A link whose target does not exist.</summary>
    LeadsNowhere,

    /// <summary>A folder that the system does not let this program read.</summary>
    Unreadable,

    /// <summary>An image that lies beside the folders of the classes.</summary>
    NoClass,

    /// <summary>A folder of a data set that nothing is done with.</summary>
    UnusedFolder,
}
