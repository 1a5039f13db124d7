namespace WebApp.Engines;

/// <summary>One engine of a model, for one thread at a time. While it is held, the model stays.</summary>
internal sealed class EngineLease(ServedModel model) : IDisposable
{
    private PredictionEngine<Upload, Verdict>? _engine;
    private bool _isReturned;

    public ServedModel Model => model;

    /// <summary>What the model says of an image.</summary>
    /// <param name="image">The bytes of its file.</param>
    public Verdict Predict(byte[] image)
    {
        ObjectDisposedException.ThrowIf(_isReturned, this);
        var engine = _engine ?? model.Take();
        _engine = null;   // one that fails half-way is not used again
        try
        {
            var verdict = engine.Predict(new() { Bytes = image });
            (_engine, engine) = (engine, null);
            return verdict;
        }
        finally
        {
            engine?.Dispose();
        }
    }

    public void Dispose()
    {
        if (_isReturned)
            return;
        _isReturned = true;
        if (_engine is not null)
            model.Return(_engine);
        model.Release();
    }
}
