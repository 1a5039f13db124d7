using Microsoft.Extensions.Options;
using WebApp.Options;

namespace WebApp.Drift;

/// <summary>Writes the drift test to its file now and then, and when the application stops.</summary>
internal sealed class DriftKeeper(DriftWatch drift, DriftFile file, TimeProvider clock, IOptions<WebAppOptions> options) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!file.IsNamed)
            return;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.DriftFileSeconds), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            Write();
    }

    // The server has stopped before: no image comes any more.
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        Write();
    }

    private void Write()
    {
        if (drift.Record is { } record)
            file.Write(record);
    }
}
