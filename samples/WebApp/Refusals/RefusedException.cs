namespace WebApp.Refusals;

/// <summary>A request that is not answered as it was asked.</summary>
/// <param name="status">The HTTP status code.</param>
/// <param name="title">The kind of trouble: the same for all of its kind.</param>
/// <param name="detail">What is wrong with this request, and what to do.</param>
internal sealed class RefusedException(int status, string title, string detail) : Exception(detail)
{
    public int Status => status;

    public string Title => title;

    /// <summary>When to try again; null where that would not help.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
