using System.Collections.Concurrent;
using WebApp.Cards;

namespace WebApp.Engines;

/// <summary>A loaded model and its engines. It goes when it has been retired and the last lease is back.</summary>
internal sealed class ServedModel
{
    private static readonly PredictionEngineOptions _options = new() { OwnsTransformer = false };

    private readonly MLContext _ml;
    private readonly ITransformer _saved, _pipeline;
    private readonly ConcurrentBag<PredictionEngine<Upload, Verdict>> _idle = [];
    private int _users = 1;   // the host; each lease is one more

    /// <summary>Takes a model.</summary>
    /// <param name="ml">Where it runs.</param>
    /// <param name="saved">The pipeline as it was saved, owned from now on.</param>
    /// <param name="pipeline">The same for uploads.</param>
    /// <param name="card">What is known of it.</param>
    /// <param name="detector">What its detector was calibrated on.</param>
    /// <param name="images">The training images that it keeps.</param>
    public ServedModel(
        MLContext ml, ITransformer saved, ITransformer pipeline, ModelCard card, OodDetectorReport detector, IReadOnlyList<NearestImage> images)
        => (_ml, _saved, _pipeline, Card, Detector, Images) = (ml, saved, pipeline, card, detector, images);

    public ModelCard Card { get; }

    /// <summary>What its detector was calibrated on.</summary>
    public OodDetectorReport Detector { get; }

    /// <summary>The training images that it keeps to be shown; none where its pipeline has no <c>NearestImages</c>.</summary>
    public IReadOnlyList<NearestImage> Images { get; }

    /// <summary>Whether it has gone.</summary>
    public bool IsDisposed => Volatile.Read(ref _users) == 0;

    /// <summary>An engine to work with, until the lease is disposed; null where the model has gone.</summary>
    public EngineLease? TryRent()
    {
        for (var users = Volatile.Read(ref _users); users > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
                return new(this);
            users = seen;
        }
        return null;
    }

    /// <summary>No more leases for whoever does not hold the model already.</summary>
    public void Retire() => Release();

    internal PredictionEngine<Upload, Verdict> Take()
        => _idle.TryTake(out var engine) ? engine : _ml.Model.CreatePredictionEngine<Upload, Verdict>(_pipeline, _options);

    internal void Return(PredictionEngine<Upload, Verdict> engine) => _idle.Add(engine);

    internal void Release()
    {
        if (Interlocked.Decrement(ref _users) > 0)
            return;
        while (_idle.TryTake(out var engine))
            engine.Dispose();
        (_saved as IDisposable)?.Dispose();
    }
}
