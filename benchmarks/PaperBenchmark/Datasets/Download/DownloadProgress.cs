namespace PaperBenchmark.Datasets.Download;

/// <summary>How far a file is.</summary>
/// <param name="Bytes">Bytes that are on disk.</param>
/// <param name="Total">Bytes of the whole file; null as long as nobody has said.</param>
/// <param name="Doing">What happens, such as <c>fetching</c>.</param>
internal readonly record struct DownloadProgress(long Bytes, long? Total, string Doing);
