using Microsoft.Net.Http.Headers;
using WebApp.Metrics;
using WebApp.Refusals;

namespace WebApp.Hosting;

/// <summary>
/// Refuses what a page of another origin lets a browser send: it could not read the answer, but would be counted among the images, or end an alarm.
/// </summary>
/// <remarks>
/// Browsers say whose page a request is of: by <c>Sec-Fetch-Site</c>, or, where the connection is not to be trusted, by <c>Origin</c> alone. Programs say
/// neither.
/// </remarks>
internal static class OtherOrigins
{
    private const string Site = "Sec-Fetch-Site";

    public static void UseOtherOrigins(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!HttpMethods.IsPost(context.Request.Method) || IsOwn(context.Request))
            return next(context);
        var refused = Refused.OtherOrigin();
        context.RequestServices.GetRequiredService<PredictionMetrics>().Refused(refused.Status);
        return RefusedAnswer.Of(refused, context).ExecuteAsync(context);
    });

    private static bool IsOwn(HttpRequest request)
    {
        if (request.Headers.TryGetValue(Site, out var site))
            return site.ToString() is "same-origin" or "none";   // none: the user's own doing
        return !request.Headers.TryGetValue(HeaderNames.Origin, out var origin)
            || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Authority.Equals(Authority(request), StringComparison.OrdinalIgnoreCase));
    }

    // As Uri has it, without the scheme's own port. The scheme itself may be a proxy's.
    private static string? Authority(HttpRequest request)
        => Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var own) ? own.Authority : null;
}
