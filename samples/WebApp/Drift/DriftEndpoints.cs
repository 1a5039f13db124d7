using WebApp.Hosting;

namespace WebApp.Drift;

/// <summary>GET /drift and POST /drift/reset.</summary>
internal static class DriftEndpoints
{
    public static void MapDrift(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/drift", (DriftWatch drift) => drift.State)
            .WithName("drift")
            .WithSummary("Says whether the images that were sent have changed against those that the model was calibrated on.");
        routes.MapPost("/drift/reset", (DriftWatch drift) =>
            {
                drift.Reset();
                return drift.State;
            })
            .WithName("drift-reset")
            .WithSummary("Begins the test anew.")
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .RequireRateLimiting(ServerLimits.PerClient);
    }
}
