using Microsoft.Extensions.Diagnostics.HealthChecks;
using WebApp.Engines;

namespace WebApp.Health;

/// <summary>Ready once a model serves, and until the program is asked to stop.</summary>
internal sealed class ModelHealthCheck(ModelHost host, IHostApplicationLifetime lifetime) : IHealthCheck
{
    /// <summary>Whether requests can be answered.</summary>
    public bool IsReady => host.Current is not null && !lifetime.ApplicationStopping.IsCancellationRequested;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        => Task.FromResult(IsReady
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy(host.Current is null ? host.Status : "The program is being stopped."));
}
