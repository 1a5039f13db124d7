namespace Microsoft.ML.LogitNorm;

/// <summary>The network under training as a model, for as long as a callback runs. Disposing of the model frees nothing here.</summary>
internal sealed class LentModel : IDisposable
{
    private readonly ManualResetEventSlim _returned = new();   // never waited for by a handle, so there is nothing to dispose of

    /// <param name="network">The network, in evaluation mode.</param>
    /// <param name="modelOf">Makes a model of it.</param>
    public LentModel(TrainedNetwork network, Func<TrainedNetwork, LogitNormModel> modelOf)
        => Model = modelOf(network.Lend(typeof(LogitNormModel), _returned.Set));

    /// <summary>The model.</summary>
    public LogitNormModel Model { get; }

    /// <summary>
    /// Takes it back. Waits for a batch that another thread may be scoring: it would see weights that change, and batch norms that learn from it.
    /// </summary>
    public void Dispose()
    {
        Model.Dispose();
        _returned.Wait();
    }
}
