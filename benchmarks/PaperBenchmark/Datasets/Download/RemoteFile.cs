namespace PaperBenchmark.Datasets.Download;

/// <summary>A file that a set's publisher offers.</summary>
/// <param name="Name">What it is called in the data root.</param>
/// <param name="Address">Where it is fetched from.</param>
/// <param name="Checksum">What its bytes must hash to. No file is fetched without one.</param>
internal sealed record RemoteFile(string Name, Uri Address, Checksum Checksum)
{
    /// <summary>Its length, where it is published; otherwise null.</summary>
    public long? Bytes { get; init; }
}
