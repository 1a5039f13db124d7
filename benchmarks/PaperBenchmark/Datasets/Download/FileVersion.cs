using System.Net.Http.Headers;

namespace PaperBenchmark.Datasets.Download;

/// <summary>By what a server tells one version of a file from another.</summary>
/// <param name="Address">Where it was fetched from.</param>
/// <param name="ETag">The server's name of the version, if it is one that promises the same bytes.</param>
/// <param name="LastModified">When the file was last changed, if the server says so.</param>
internal sealed record FileVersion(Uri Address, string? ETag, DateTimeOffset? LastModified)
{
    public static FileVersion Of(Uri address, HttpResponseMessage response)
        => new(address, response.Headers.ETag is { IsWeak: false } tag ? tag.Tag : null, response.Content.Headers.LastModified);

    /// <summary>Asks for the rest of this version, or for the whole of another; null if the server gave nothing to tell them apart.</summary>
    public RangeConditionHeaderValue? Condition
        => ETag is not null ? new(new EntityTagHeaderValue(ETag)) : LastModified is { } time ? new(time) : null;
}
