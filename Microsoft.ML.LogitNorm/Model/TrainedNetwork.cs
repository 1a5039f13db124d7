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
    /// <summary>Milliseconds that a full pass of the network may take, by the time of an eighth of it, to be timed when a model is made or loaded.</summary>
    private const double LongestFullPass = 250;

    private readonly ClassifierNetwork _classifier;
    private readonly (Tensor Mean, Tensor Scale) _normalization;
    private readonly InputNormalization _given;
    private readonly NetworkInput _input;
    private readonly NativeLifetime _lifetime;
    private FoldedNetwork? _folded;
    private ScoringChoice _choice;

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
        using var scope = NewDisposeScope();
        var (mean, scale) = normalization.OnDevice(device);
        _normalization = (mean.DetachFromDisposeScope(), scale.DetachFromDisposeScope());
        _lifetime = new(owner, Free);
    }

    private TrainedNetwork(TrainedNetwork lender, Type owner, Action returned)
        => (_classifier, _normalization, _given, _input, Device, _lifetime)
            = (lender._classifier, lender._normalization, lender._given, lender._input, lender.Device, new(owner, returned));

    public Device Device { get; }

    /// <summary>What a row is to the network.</summary>
    public NetworkInput Input => _input;

    /// <summary>
    /// What the size of a step in the input is a share of, in units of the normalised input, in the caller's scope:
    /// the range of pixels, or a feature's deviation.
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

    /// <summary>
    /// Makes scoring faster, once the weights are final: from here on <see cref="Forward"/> goes by a <see cref="FoldedNetwork"/>, where that computes the same
    /// and is not slower, for single images and for several. Takes a few passes, of at most the pixels of 32 images of 32×32, whatever the size of the images:
    /// a fraction of a second for a WideResNet(40, 2), and about a second of full passes at most for any network.
    /// </summary>
    /// <param name="log">Gets a line about which of the two it is.</param>
    public void Fold(ContextLog log) => Fold(log, OneDnn.IsAvailable, Choose);

    /// <inheritdoc cref="Fold(ContextLog)"/>
    /// <param name="log">See there.</param>
    /// <param name="oneDnn">Whether to compute with <see cref="OneDnn"/> on the CPU.</param>
    /// <param name="choose">Decides what the copy scores.</param>
    internal void Fold(ContextLog log, bool oneDnn, Func<FoldedNetwork, ScoringChoice> choose)
    {
        if (_input is not ImageInput image)
            return;   // a few linear layers: nothing is gained
        var folded = FoldedNetwork.Create(_classifier, image.Shape, Device, oneDnn);
        if (folded is null)
        {
            log.Warning(
                "The network itself scores, as its copy with folded batch norms, which is usually faster, gives other embeddings. "
                + "Weights or statistics that are not finite, or very large, do that: train with a lower LearningRate.");
            return;
        }
        try
        {
            var choice = choose(folded);
            folded.ForgetProbe(image.Shape);
            if (choice.FoldsSingle || choice.FoldsSeveral)
                (_folded, _choice, folded) = (folded, choice, null);
            log.Info($"Scoring. {choice}");
        }
        finally
        {
            folded?.Dispose();
        }
    }

    /// <summary>Times the copy against the network, in the ways in which each of them scores.</summary>
    internal ScoringChoice Choose(FoldedNetwork folded)
    {
        using var noGradient = inference_mode();
        using var scope = NewDisposeScope();
        var rows = folded.TakesSingleImages ? folded.Rows : Math.Max(folded.Rows, 2);
        var images = FoldedNetwork.Probe(((ImageInput)_input).Shape, Device, Math.Max(rows, 2));
        ScoringTrial? several = rows > 1 && FullPass() <= LongestFullPass ? Compare(images, ScoringTrial.SeveralRounds) : null;
        folded.ForgetLayouts();   // so that a weight is not there once more while a model is loaded
        ScoringTrial? single = folded.TakesSingleImages ? Compare(images.narrow(0, 0, 1), ScoringTrial.SingleRounds) : null;
        return new(single, several, folded.Rows, $"{images.shape[2]}×{images.shape[3]}");

        double FullPass()
        {
            var part = images.narrow(0, 0, Math.Max(2, rows / 8));
            return Math.Min(Time(), Time()) / part.shape[0] * rows;

            double Time() => ScoringTrial.Milliseconds(() => Wait(_classifier.Embed(part)));
        }

        ScoringTrial Compare(Tensor pass, int rounds)
        {
            var original = WithoutLoneImage(pass);
            Wait(folded.Embed(pass));   // its weights are laid out in the first pass
            return ScoringTrial.Run(() => Wait(folded.Embed(pass)), () => Wait(_classifier.Embed(original)), rounds);
        }

        static void Wait(Tensor embedding) => embedding.sum().item<float>();
    }

    /// <summary>The rows; on the CPU a single one comes twice, and what is computed from its double is to be thrown away.</summary>
    /// <remarks>
    /// For a single small image libtorch leaves oneDNN for NNPACK, which on processors that it does not know writes a warning to the console for
    /// each convolution. Two rows stay with oneDNN, and take about as long.
    /// </remarks>
    public Tensor WithoutLoneImage(Tensor rows) => rows.shape[0] == 1 && Device.type == DeviceType.CPU && _input is ImageInput ? cat([rows, rows]) : rows;

    /// <summary>One forward pass.</summary>
    /// <param name="rows">[B, …], on any device.</param>
    /// <returns>Logits [B, C] and embedding [B, D], on the network's device, in the caller's scope.</returns>
    public (Tensor Logits, Tensor Embedding) Forward(Tensor rows)
    {
        using var use = Enter();
        using var noGradient = inference_mode();
        using var scope = NewDisposeScope();
        var embedding = Embed(rows);
        var logits = _classifier.Classify(embedding);
        return (logits.MoveToOuterDisposeScope(), embedding.MoveToOuterDisposeScope());
    }

    private Tensor Embed(Tensor rows)
    {
        if (_folded is not null && (rows.shape[0] == 1 ? _choice.FoldsSingle : _choice.FoldsSeveral))
            return _folded.Embed(Normalize(rows));
        var embedding = _classifier.Embed(Normalize(WithoutLoneImage(rows)));
        return embedding.shape[0] == rows.shape[0] ? embedding : embedding.narrow(0, 0, rows.shape[0]).clone();
    }

    /// <summary>This network, to be used until what is returned is disposed of, which frees nothing here.</summary>
    /// <param name="owner">The public type that users hold, for <see cref="ObjectDisposedException"/>.</param>
    /// <param name="returned">Called once it is disposed of and no thread computes with it any more.</param>
    public TrainedNetwork Lend(Type owner, Action returned) => new(this, owner, returned);

    /// <summary>Frees the network's memory, as soon as no thread computes with it any more.</summary>
    public void Dispose() => _lifetime.Dispose();

    private void Free()
    {
        _folded?.Dispose();
        _classifier.Dispose();
        _normalization.Mean.Dispose();
        _normalization.Scale.Dispose();
    }
}
