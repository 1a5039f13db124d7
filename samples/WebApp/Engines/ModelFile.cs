using Microsoft.Extensions.Options;
using WebApp.Metrics;
using WebApp.Options;

namespace WebApp.Engines;

/// <summary>
/// Follows a model file: one that has changed, and then stayed as it is for a while, is loaded, tried and served. Whether it was written in place or another
/// was moved there makes no difference. One that cannot be served leaves the model before it in its place, and is tried again after a while.
/// </summary>
internal sealed class ModelFile(
    ModelHost host, ModelLoader loader, PredictionMetrics metrics, TimeProvider clock, IOptions<WebAppOptions> options, ILogger<ModelFile> log)
{
    private Stamp? _seen, _done;
    private long _since;
    private long? _refused;   // when the file that is done with was

    /// <summary>One look at the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="settle">Whether a changed file is left alone at first.</param>
    public void Follow(string path, bool settle = true)
    {
        if (Stamp.Of(path) is not { } stamp || IsDone(stamp) || (settle && !HasSettled(stamp)))
            return;
        byte[] file;
        try
        {
            file = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            Refuse(null, e.Message);   // and is looked at again
            return;
        }
        if (Stamp.Of(path) != stamp)
            return;   // it changed while it was read
        (_done, _refused) = (stamp, null);
        Serve(Path.GetFileName(path), file);
    }

    // What is wrong may pass without a change of the file.
    private bool IsDone(Stamp stamp)
        => stamp == _done && (_refused is not { } at || clock.GetElapsedTime(at) < TimeSpan.FromSeconds(options.Value.RetrySeconds));

    private bool HasSettled(Stamp stamp)
    {
        if (stamp != _seen)
            (_seen, _since) = (stamp, clock.GetTimestamp());
        return clock.GetElapsedTime(_since) >= TimeSpan.FromSeconds(options.Value.SettleSeconds);
    }

    private void Serve(string name, byte[] file)
    {
        var version = ModelLoader.Version(file);
        if (version == host.Current?.Card.Version)
        {
            host.Keep();   // touched, or put back
            return;
        }
        try
        {
            var model = loader.Load(name, file);
            host.Swap(model);
            metrics.ModelLoaded();
            log.Serves(name, version, model.Card.Classes.Count);
        }
        catch (ModelException e)
        {
            _refused = clock.GetTimestamp();
            Refuse(version, e.Message);
        }
    }

    /// <summary>Says why there is no other model; once, however often it is tried again.</summary>
    /// <param name="version">The file's; null where there is none that can be read.</param>
    /// <param name="message">What is wrong.</param>
    public void Refuse(string? version, string message)
    {
        if (host.LastError is { } last && last.Version == version && last.Message == message)
        {
            host.Refuse(last);   // the status may have changed meanwhile
            return;
        }
        metrics.ModelRefused();
        host.Refuse(new(version, clock.GetUtcNow(), message));
        log.Refuses(message, host.Current?.Card.Version ?? "none");
    }

    private readonly record struct Stamp(long Length, DateTime Written)
    {
        public static Stamp? Of(string path) => new FileInfo(path) is { Exists: true } file ? new(file.Length, file.LastWriteTimeUtc) : null;
    }
}
