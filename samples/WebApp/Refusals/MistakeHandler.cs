using Microsoft.AspNetCore.Diagnostics;
using WebApp.Metrics;

namespace WebApp.Refusals;

/// <summary>Answers what went wrong in the program itself: the log has it, the client is told no more than that.</summary>
internal sealed class MistakeHandler(PredictionMetrics metrics) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var refused = new RefusedException(StatusCodes.Status500InternalServerError, "A mistake of the program's", "The program has failed. Its log says how.");
        metrics.Refused(refused.Status);
        await RefusedAnswer.Of(refused, httpContext).ExecuteAsync(httpContext);
        return true;
    }
}
