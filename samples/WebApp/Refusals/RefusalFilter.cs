using WebApp.Metrics;

namespace WebApp.Refusals;

/// <summary>Turns what an endpoint refuses into an answer.</summary>
internal sealed class RefusalFilter(PredictionMetrics metrics) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception e) when (RefusedAnswer.Refusal(e, context.HttpContext) is { } refused)
        {
            metrics.Refused(refused.Status);
            return RefusedAnswer.Of(refused, context.HttpContext);
        }
    }
}
