using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>The best epoch so far: its number, its figure, and a copy of the network as it was. Owns the copy.</summary>
/// <param name="options">What is better, and how long to wait for it.</param>
/// <param name="network">The network under training; borrowed.</param>
/// <param name="warmup">Epochs for which patience does not count.</param>
internal sealed class BestEpoch(EarlyStopping options, ClassifierNetwork network, int warmup = 0) : IDisposable
{
    private const string Prefix = "best.";

    private readonly List<(string Name, Tensor Tensor)> _copies = [];

    /// <summary>Which it was, and what it came to; null before the first whose figure is a number.</summary>
    public Found? Best { get; private set; }

    /// <summary>The copy, by names for a checkpoint; nothing before there is one.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> Tensors => _copies;

    private string MetricText => options.Metric == EarlyStoppingMetric.Loss ? "validation loss" : "validation accuracy";

    /// <summary>Takes in an epoch whose validation rows were measured.</summary>
    public void Add(TrainingEpoch epoch)
    {
        var value = options.Metric == EarlyStoppingMetric.Loss ? epoch.ValidationLoss!.Value : epoch.ValidationAccuracy!.Value;
        if (!double.IsFinite(value) || (Best is { } best && !options.IsBetter(value, best.Value)))
            return;
        MakeRoom();
        Copy(Network(), _copies.Select(copy => copy.Tensor));
        Best = new(epoch.Epoch, value);
    }

    /// <summary>Whether so many epochs are enough.</summary>
    public bool IsOver(int epochs) => options.IsOver(epochs, Best?.Epoch ?? 0, warmup);

    /// <summary>Takes the place that a checkpoint had come to; the copy is then to be read into <see cref="Tensors"/>.</summary>
    public void GoOnFrom(Found? best)
    {
        Best = best;
        if (best is not null)
            MakeRoom();
    }

    /// <summary>Gives the network the best epoch's weights and statistics.</summary>
    /// <param name="epochs">How many were trained.</param>
    /// <param name="log">Gets a line about it.</param>
    /// <exception cref="TrainingDivergedException">No epoch's figure was finite.</exception>
    public void Keep(int epochs, ContextLog log)
    {
        if (Best is not { } best)
            throw new TrainingDivergedException(
                Invariant($"EarlyStopping found no epoch to keep: the {MetricText} was not finite in any of {epochs}. ")
                + "Lower LearningRate (a tenth of it is a good try).");
        Copy(_copies, Network().Select(entry => entry.Tensor));
        var reason = IsOver(epochs) ? Invariant($"Stopped after epoch {epochs}: none of the last {epochs - best.Epoch} was better. ") : "";
        log.Info(Invariant($"{reason}The model is that of epoch {best.Epoch}, the best of {epochs}, with {MetricText} {best.Value:G4}."));
    }

    public void Dispose()
    {
        foreach (var (_, tensor) in _copies)
            tensor.Dispose();
        _copies.Clear();
    }

    private IEnumerable<(string Name, Tensor Tensor)> Network() => network.state_dict().Select(entry => ($"{Prefix}{entry.Key}", entry.Value));

    private void MakeRoom()
    {
        if (_copies.Count > 0)
            return;
        using var noGradient = no_grad();
        _copies.AddRange(Network().Select(entry => (entry.Name, empty_like(entry.Tensor).DetachFromDisposeScope())));
    }

    private static void Copy(IEnumerable<(string Name, Tensor Tensor)> from, IEnumerable<Tensor> to)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        foreach (var ((_, source), target) in from.Zip(to))
            target.copy_(source);
    }

    /// <summary>Which epoch was best.</summary>
    /// <param name="Epoch">Its number, from 1.</param>
    /// <param name="Value">Its validation loss or accuracy.</param>
    internal sealed record Found(int Epoch, double Value);
}
