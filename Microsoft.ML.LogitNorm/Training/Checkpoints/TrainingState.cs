using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>All tensors that decide how a training goes on: weights and statistics, momentum, and the state of the random numbers.</summary>
/// <param name="network">Its parameters and buffers.</param>
/// <param name="optimizer">Its momentum.</param>
/// <param name="generator">What order and augmentation are drawn from.</param>
/// <param name="random">What dropout is drawn from.</param>
/// <param name="best">The best epoch so far; null where none is kept.</param>
internal sealed class TrainingState(
    ClassifierNetwork network, GradientDescent optimizer, Generator generator, NetworkRandom random, BestEpoch? best)
{
    private const string Momentum = "momentum.";
    private const string Order = "random.order";
    private const string Dropout = "random.dropout";

    /// <summary>The best epoch so far; null where none is kept.</summary>
    public BestEpoch? Best => best;

    /// <summary>The tensors as they are, by name, in the caller's scope.</summary>
    public List<(string Name, Tensor Tensor)> Tensors() =>
    [
        .. Network(),
        .. optimizer.Momenta.Index().Where(entry => entry.Item is not null).Select(entry => ($"{Momentum}{entry.Index}", entry.Item!)),
        (Order, generator.get_state()),
        (Dropout, random.Generator.get_state()),
        .. best?.Tensors ?? [],
    ];

    /// <summary>Brings the training to the state of a file.</summary>
    /// <param name="file">Its tensors.</param>
    /// <param name="found">Its best epoch; null where it has none.</param>
    /// <exception cref="InvalidDataException">The file's tensors are not those of such a training.</exception>
    public void Restore(TensorFile file, BestEpoch.Found? found)
    {
        best?.GoOnFrom(found);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var saved = file.Entries.Select(entry => entry.Name).ToHashSet();
        // Before its first step the optimizer has no momentum.
        foreach (var index in Enumerable.Range(0, optimizer.Momenta.Count).Where(index => saved.Contains($"{Momentum}{index}")))
            optimizer.CreateMomentum(index);
        var tensors = Tensors();
        file.CopyTo(tensors);
        // Those two are copies of the generators' states.
        foreach (var (name, state) in tensors.Where(entry => entry.Name is Order or Dropout))
            GeneratorState.Check(name, state);
        generator.set_state(tensors.Single(entry => entry.Name == Order).Tensor);
        random.Generator.set_state(tensors.Single(entry => entry.Name == Dropout).Tensor);
    }

    private IEnumerable<(string Name, Tensor Tensor)> Network() => network.state_dict().Select(entry => ($"network.{entry.Key}", entry.Value));
}
