using System.Globalization;

namespace WebApp.Refusals;

/// <summary>What a refused client gets: a problem document (RFC 9457), or what the inference protocol has in its place.</summary>
internal static class RefusedAnswer
{
    /// <summary>Where the inference protocol holds.</summary>
    public const string ProtocolPath = "/v2";

    private const int ClientClosedRequest = 499;   // nobody reads it; the metrics do

    /// <summary>The refusal that an exception is; null for a mistake of the program's.</summary>
    public static RefusedException? Refusal(Exception exception, HttpContext context) => exception switch
    {
        RefusedException refused => refused,
        BadHttpRequestException bad => new(bad.StatusCode, "Not understood", bad.Message),
        OperationCanceledException when context.RequestAborted.IsCancellationRequested => new(ClientClosedRequest, "Gone", "The client has gone."),
        _ => null,
    };

    /// <summary>Answers.</summary>
    public static IResult Of(RefusedException refused, HttpContext context)
    {
        if (refused.RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return context.Request.Path.StartsWithSegments(ProtocolPath, StringComparison.Ordinal)
            ? TypedResults.Json(new Fault(refused.Message), statusCode: refused.Status)
            : TypedResults.Problem(refused.Message, statusCode: refused.Status, title: refused.Title);
    }

    private sealed record Fault(string Error);
}
