using Microsoft.AspNetCore.Diagnostics;

namespace WebApp.Refusals;

/// <summary>Answers what went wrong in the program itself: the log has it, the client is told no more than that.</summary>
internal sealed class MistakeHandler : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var refused = new RefusedException(StatusCodes.Status500InternalServerError, "A mistake of the program's", "The program has failed. Its log says how.");
        await RefusedAnswer.Of(refused, httpContext).ExecuteAsync(httpContext);
        return true;
    }
}
