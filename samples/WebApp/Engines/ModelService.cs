using Microsoft.Extensions.Options;
using Shared.CommandLine;
using WebApp.Options;

namespace WebApp.Engines;

/// <summary>Loads the model before the program listens, or makes one while it does; then follows the file.</summary>
internal sealed class ModelService(ModelHost host, ModelFile file, StarterModel starter, TimeProvider clock, IOptions<WebAppOptions> options)
    : BackgroundService
{
    private ModelPath? _path;

    /// <summary>Loads the model, where there is a file; done at the start too.</summary>
    /// <exception cref="InputException">The file that was asked for is not there, or is no model that can be served.</exception>
    public void Load()
    {
        _path = ModelPath.Of(options.Value.Model);
        file.Follow(_path.Path, settle: false);
        if (host.Current is null && !_path.IsMade)
            throw new InputException($"--model {_path.Path}: {host.LastError?.Message ?? "it changes while it is read. Start again when it is whole."}");
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (_path is null)
            Load();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var path = _path!.Path;
        await MakeFirst(path, stoppingToken);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.PollSeconds), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            file.Follow(path);
    }

    // What is wrong, such as a full disk, may be mended without a restart; or somebody puts a model there.
    private async Task MakeFirst(string path, CancellationToken cancellation)
    {
        while (host.Current is null && !await Task.Run(() => TryMake(path, cancellation), cancellation))
        {
            var failed = clock.GetTimestamp();
            while (host.Current is null && clock.GetElapsedTime(failed) < TimeSpan.FromSeconds(options.Value.RetrySeconds))
            {
                await Task.Delay(TimeSpan.FromSeconds(options.Value.PollSeconds), clock, cancellation);
                file.Follow(path);
            }
        }
        if (host.Current is null)
            file.Follow(path, settle: false);
    }

    private bool TryMake(string path, CancellationToken cancellation)
    {
        try
        {
            starter.Make(path, status => host.Status = status, cancellation);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            file.Refuse(null, $"The small model cannot be made: {e.Message} It is tried again in a while; or put a model there: {path}.");
            return false;
        }
    }
}
