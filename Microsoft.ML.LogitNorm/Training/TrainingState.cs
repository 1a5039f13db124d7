using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>All tensors that decide how a training goes on: weights and statistics, momentum, and the state of the random numbers.</summary>
/// <param name="network">Its parameters and buffers.</param>
/// <param name="optimizer">Its momentum.</param>
/// <param name="generator">What order and augmentation are drawn from; dropout draws from torch's global one.</param>
internal sealed class TrainingState(ImageClassifier network, SGD optimizer, Generator generator)
{
    private const string Momentum = "momentum.";
    private const string Order = "random.order";
    private const string Dropout = "random.dropout";

    /// <summary>The tensors as they are, by name, in the caller's scope.</summary>
    public List<(string Name, Tensor Tensor)> Tensors()
    {
        using var global = Generator.Default;
        return
        [
            .. Network(),
            .. Momenta().Where(entry => entry.State.momentum_buffer is not null).Select(entry => (entry.Name, entry.State.momentum_buffer)),
            (Order, generator.get_state()),
            (Dropout, global.get_state()),
        ];
    }

    /// <summary>Brings the training to the state of a file.</summary>
    /// <exception cref="InvalidDataException">The file's tensors are not those of such a training.</exception>
    public void Restore(TensorFile file)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var saved = file.Entries.Select(entry => entry.Name).ToHashSet();
        // Before its first step the optimizer has no momentum; what is made here it owns.
        foreach (var (name, state, parameter) in Momenta().Where(entry => saved.Contains(entry.Name)))
            state.momentum_buffer = zeros_like(parameter).DetachFromDisposeScope();
        var tensors = Tensors();
        file.CopyTo(tensors);
        // Those two are copies of the generators' states.
        foreach (var (name, state) in tensors.Where(entry => entry.Name is Order or Dropout))
            GeneratorState.Check(name, state);
        using var global = Generator.Default;
        generator.set_state(tensors.Single(entry => entry.Name == Order).Tensor);
        global.set_state(tensors.Single(entry => entry.Name == Dropout).Tensor);
    }

    private IEnumerable<(string Name, Tensor Tensor)> Network() => network.state_dict().Select(entry => ($"network.{entry.Key}", entry.Value));

    // In the order of the optimizer's groups, which is the same in every run.
    private IEnumerable<(string Name, SGD.State State, Parameter Parameter)> Momenta()
        => optimizer.state_dict().State.Cast<SGD.State>().Zip(optimizer.parameters(), (state, parameter) => (state, parameter))
            .Select((entry, index) => ($"{Momentum}{index}", entry.state, entry.parameter));
}
