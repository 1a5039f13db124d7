using OpenTelemetry.Metrics;

namespace WebApp.Metrics;

/// <summary>Where the metrics go: to whoever reads /metrics, and to a collector where the environment names one.</summary>
internal static class MetricsSetup
{
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void AddMetrics(this WebApplicationBuilder builder)
        => builder.Services.AddOpenTelemetry().WithMetrics(metrics =>
        {
            metrics.AddMeter(PredictionMetrics.Meter, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime");
            metrics.AddPrometheusExporter();
            if (!string.IsNullOrWhiteSpace(builder.Configuration[Collector]))
                metrics.AddOtlpExporter();
        });
}
