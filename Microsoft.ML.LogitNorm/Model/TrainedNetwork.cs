using Microsoft.ML.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// A network ready to score: its weights on a device in evaluation mode, and how rows become its input. The model puts it, as an
/// annotation, on its <c>Logits</c> column, where scores that need more than logits find it. Safe for several threads at once.
/// </summary>
internal sealed class TrainedNetwork : IDisposable
{
    private readonly ClassifierNetwork _classifier;
    private readonly (Tensor Mean, Tensor Scale) _normalization;
    private readonly InputNormalization _given;
    private readonly NetworkInput _input;
    private readonly NativeLifetime _lifetime;

    /// <param name="classifier">The network, owned from now on.</param>
    /// <param name="device">Where it is.</param>
    /// <param name="input">The column that its rows came from in training.</param>
    /// <param name="normalization">How they are centred and scaled.</param>
    /// <param name="owner">The public type that users dispose of, for <see cref="ObjectDisposedException"/>.</param>
    public TrainedNetwork(ClassifierNetwork classifier, Device device, NetworkInput input, InputNormalization normalization, Type owner)
    {
        classifier.eval();
        (_classifier, _input, _given) = (classifier, input, normalization);
        Device = device;
        Scoring = new(classifier, input, device);
        using var scope = NewDisposeScope();
        var (mean, scale) = normalization.OnDevice(device);
        _normalization = (mean.DetachFromDisposeScope(), scale.DetachFromDisposeScope());
        _lifetime = new(owner, Free);
    }

    private TrainedNetwork(TrainedNetwork lender, Type owner, Action returned)
        => (_classifier, _normalization, _given, _input, Device, _lifetime, Scoring)
            = (lender._classifier, lender._normalization, lender._given, lender._input, lender.Device,
                new(owner, returned), new(lender._classifier, lender._input, lender.Device));

    public Device Device { get; }

    /// <summary>What computes embeddings that need no gradient.</summary>
    public ScoringNetwork Scoring { get; }

    /// <summary>What a row is to the network.</summary>
    public NetworkInput Input => _input;

    /// <summary>
    /// What the size of a step in the input is a share of, in units of the normalised input, in the caller's scope: the range of pixels, or a feature's
    /// deviation.
    /// </summary>
    public Tensor StepUnit
    {
        get
        {
            using var use = Enter();
            return _input.StepUnit(_given, _normalization.Scale);
        }
    }

    /// <summary>The network itself, for its head and its gradients; owned here. Stands as long as <see cref="Enter"/> says.</summary>
    public ClassifierNetwork Classifier
    {
        get
        {
            using var use = Enter();
            return _classifier;
        }
    }

    /// <summary>
    /// Keeps the network's memory while the caller computes with it, though another thread may dispose of the model meanwhile.
    /// <see cref="Forward"/> does this itself.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The model has been disposed of.</exception>
    public NativeLifetime.Use Enter() => _lifetime.Enter();

    /// <summary>Rows [B, …], as an <see cref="InputReader"/> reads them, to the network's normalised input.</summary>
    public Tensor Normalize(Tensor rows)
    {
        using var use = Enter();
        return _input.ToNetwork(InputNormalization.Apply(rows.to(Device), _normalization));
    }

    /// <summary>Makes scoring faster, once the weights are final; see <see cref="ScoringNetwork.Fold(ContextLog)"/>.</summary>
    /// <param name="log">Gets a line about what scores.</param>
    public void Fold(ContextLog log) => Scoring.Fold(log);

    /// <summary>One forward pass.</summary>
    /// <param name="rows">[B, …], on any device.</param>
    /// <param name="statistics">Whether to take layer statistics.</param>
    /// <returns>
    /// Logits [B, C], embedding [B, D] and, where asked for, layer statistics [B, S], on the network's device, in the caller's scope.
    /// </returns>
    public (Tensor Logits, Tensor Embedding, Tensor? LayerStatistics) Forward(Tensor rows, bool statistics = false)
    {
        using var use = Enter();
        using var noGradient = inference_mode();
        using var scope = NewDisposeScope();
        var (embedding, taken) = Scoring.Embed(rows, Normalize, statistics);
        var logits = _classifier.Classify(embedding);
        return (logits.MoveToOuterDisposeScope(), embedding.MoveToOuterDisposeScope(), taken?.MoveToOuterDisposeScope());
    }

    /// <summary>This network, to be used until what is returned is disposed of, which frees nothing here.</summary>
    /// <param name="owner">The public type that users hold, for <see cref="ObjectDisposedException"/>.</param>
    /// <param name="returned">Called once it is disposed of and no thread computes with it any more.</param>
    public TrainedNetwork Lend(Type owner, Action returned) => new(this, owner, returned);

    /// <summary>Frees the network's memory, as soon as no thread computes with it any more.</summary>
    public void Dispose() => _lifetime.Dispose();

    private void Free()
    {
        Scoring.Dispose();
        _classifier.Dispose();
        _normalization.Mean.Dispose();
        _normalization.Scale.Dispose();
    }
}
