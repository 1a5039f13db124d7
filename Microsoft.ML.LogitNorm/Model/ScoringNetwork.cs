using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// The layers before the head as they score: by a copy that only scores where that is as fast, else by the network itself. Owns the copy, not the
/// network. Safe for several threads at once.
/// </summary>
/// <param name="classifier">The network, in evaluation mode.</param>
/// <param name="input">What it takes.</param>
/// <param name="device">Where it is.</param>
internal sealed class ScoringNetwork(ClassifierNetwork classifier, NetworkInput input, Device device) : IDisposable
{
    /// <summary>Milliseconds that a full pass of the network may take, by the time of an eighth of it, to be timed when a model is made or loaded.</summary>
    private const double LongestFullPass = 250;

    private FoldedNetwork? _folded;
    private ScoringChoice _choice;

    /// <summary>
    /// Makes scoring faster, once the weights are final: from here on <see cref="Embed"/> goes by a <see cref="FoldedNetwork"/>, where that computes the
    /// same and is not slower, for single images and for several. Takes a few passes, of at most the pixels of 32 images of 32×32, whatever the size of
    /// the images: a fraction of a second for a WideResNet(40, 2), and about a second of full passes at most for any network.
    /// </summary>
    /// <param name="log">Gets a line about which of the two it is.</param>
    public void Fold(ContextLog log) => Fold(log, OneDnn.IsAvailable, ScoringTrial.IsWanted ? Choose : Untimed);

    /// <inheritdoc cref="Fold(ContextLog)"/>
    /// <param name="log">See there.</param>
    /// <param name="oneDnn">Whether to compute with <see cref="OneDnn"/> on the CPU.</param>
    /// <param name="choose">Decides what the copy scores.</param>
    internal void Fold(ContextLog log, bool oneDnn, Func<FoldedNetwork, ScoringChoice> choose)
    {
        if (input is not ImageInput image)
            return;   // a few linear layers: nothing is gained
        var folded = FoldedNetwork.Create(classifier, image.Shape, device, oneDnn);
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

    /// <summary>The copy scores, as an application wants it.</summary>
    private ScoringChoice Untimed(FoldedNetwork folded)
    {
        var shape = ((ImageInput)input).Shape;
        return new(folded.TakesSingleImages ? ScoringTrial.None : null, ScoringTrial.None, folded.Rows, $"{shape.Height}×{shape.Width}");
    }

    /// <summary>Times the copy against the network, in the ways in which each of them scores.</summary>
    internal ScoringChoice Choose(FoldedNetwork folded)
    {
        using var noGradient = inference_mode();
        using var scope = NewDisposeScope();
        var rows = folded.TakesSingleImages ? folded.Rows : Math.Max(folded.Rows, 2);
        var images = FoldedNetwork.Probe(((ImageInput)input).Shape, device, Math.Max(rows, 2));
        ScoringTrial? several = rows > 1 && FullPass() <= LongestFullPass ? Compare(images, ScoringTrial.SeveralRounds) : null;
        folded.ForgetLayouts();   // so that a weight is not there once more while a model is loaded
        ScoringTrial? single = folded.TakesSingleImages ? Compare(images.narrow(0, 0, 1), ScoringTrial.SingleRounds) : null;
        return new(single, several, folded.Rows, $"{images.shape[2]}×{images.shape[3]}");

        double FullPass()
        {
            var part = images.narrow(0, 0, Math.Max(2, rows / 8));
            return Math.Min(Time(), Time()) / part.shape[0] * rows;

            double Time() => ScoringTrial.Milliseconds(() => Wait(classifier.Embed(part)));
        }

        ScoringTrial Compare(Tensor pass, int rounds)
        {
            var original = WithoutLoneImage(pass);
            Wait(folded.Embed(pass));   // its weights are laid out in the first pass
            return ScoringTrial.Run(() => Wait(folded.Embed(pass)), () => Wait(classifier.Embed(original)), rounds);
        }

        static void Wait(Tensor embedding) => embedding.sum().item<float>();
    }

    /// <summary>The rows; on the CPU a single one comes twice, and what is computed from its double is to be thrown away.</summary>
    /// <remarks>
    /// For a single small image libtorch leaves oneDNN for NNPACK, which on processors that it does not know writes a warning to the console for
    /// each convolution. Two rows stay with oneDNN, and take about as long.
    /// </remarks>
    public Tensor WithoutLoneImage(Tensor rows) => rows.shape[0] == 1 && device.type == DeviceType.CPU && input is ImageInput ? cat([rows, rows]) : rows;

    /// <summary>Rows to the embedding [B, D], and layer statistics [B, S] if asked for, in the caller's scope. Call it without gradients.</summary>
    /// <param name="rows">[B, …], on any device.</param>
    /// <param name="normalize">To the network's input.</param>
    /// <param name="statistics">Whether to take layer statistics.</param>
    public Embedded Embed(Tensor rows, Func<Tensor, Tensor> normalize, bool statistics)
    {
        if (_folded is not null && (rows.shape[0] == 1 ? _choice.FoldsSingle : _choice.FoldsSeveral))
            return _folded.Embed(normalize(rows), statistics);
        var embedded = classifier.Embed(normalize(WithoutLoneImage(rows)), statistics);
        return embedded.Embedding.shape[0] == rows.shape[0]
            ? embedded
            : new(Own(embedded.Embedding), embedded.LayerStatistics is { } taken ? Own(taken) : null);

        Tensor Own(Tensor doubled) => doubled.narrow(0, 0, rows.shape[0]).clone();
    }

    public void Dispose() => _folded?.Dispose();
}
