namespace WebApp.Engines;

/// <summary>What goes into an engine: an image file's bytes. Nothing is written to a disk.</summary>
internal sealed class Upload
{
    public byte[] Bytes { get; set; } = [];

    /// <summary>Models that were trained on labelled images still ask for the column.</summary>
    public string Label { get; set; } = "";
}
