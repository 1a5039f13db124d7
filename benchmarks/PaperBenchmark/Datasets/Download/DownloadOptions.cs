namespace PaperBenchmark.Datasets.Download;

/// <summary>How patient a download is.</summary>
internal sealed record DownloadOptions
{
    /// <summary>How often a file is tried again after a failure that may pass, such as a lost connection.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>The wait before the first of them; it doubles from one to the next.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a server may send nothing before the connection counts as lost.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);
}
