using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using WebApp.Metrics;
using WebApp.Options;
using WebApp.Refusals;

namespace WebApp.Hosting;

/// <summary>What the server allows a client.</summary>
internal static class ServerLimits
{
    /// <summary>The policy of endpoints that predict.</summary>
    public const string PerClient = "per-client";

    /// <summary>So many predictions a minute for each address.</summary>
    public static void AddPerClientLimit(this IServiceCollection services)
    {
        services.AddRateLimiter(_ => { });
        services.AddOptions<Microsoft.AspNetCore.RateLimiting.RateLimiterOptions>().Configure<IOptions<WebAppOptions>>((limiter, options) =>
        {
            var perMinute = options.Value.RequestsPerMinute;
            limiter.AddPolicy(PerClient, context => perMinute == 0
                ? RateLimitPartition.GetNoLimiter("")
                : RateLimitPartition.GetTokenBucketLimiter(ClientAddress.Of(context), _ => Bucket(perMinute)));
            limiter.OnRejected = (context, _) =>
            {
                var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : (TimeSpan?)null;
                var refused = Refused.TooOften(perMinute, wait);
                context.HttpContext.RequestServices.GetRequiredService<PredictionMetrics>().Refused(refused.Status);
                return new(RefusedAnswer.Of(refused, context.HttpContext).ExecuteAsync(context.HttpContext));
            };
        });
    }

    // A minute's worth at most; about every second it gets what that second brings.
    private static TokenBucketRateLimiterOptions Bucket(int perMinute)
    {
        var tokens = Math.Max(1, perMinute / 60);
        return new() { TokenLimit = perMinute, TokensPerPeriod = tokens, ReplenishmentPeriod = TimeSpan.FromMinutes(1) * tokens / perMinute, QueueLimit = 0 };
    }

    /// <summary>What the server itself looks at, and how long requests in flight may take when it is stopped.</summary>
    public static void AddKestrelLimits(this IServiceCollection services)
    {
        services.AddOptions<KestrelServerOptions>().Configure(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The endpoints that read bodies have limits of their own, which answer; the server's would cut the connection while the client is still sending.
            kestrel.Limits.MaxRequestBodySize = null;
        });
        services.AddOptions<HostOptions>().Configure<IOptions<WebAppOptions>>(
            (host, options) => host.ShutdownTimeout = TimeSpan.FromSeconds(options.Value.ShutdownSeconds));
    }
}
