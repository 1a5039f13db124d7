using Microsoft.AspNetCore.Diagnostics.HealthChecks;

namespace WebApp.Health;

/// <summary>GET /health/live and /health/ready.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        routes.MapHealthChecks("/health/ready");
    }
}
