using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Stochastic gradient descent with momentum, as PyTorch's <c>optim.SGD</c> computes it. Owns the momentum buffers, not the parameters.</summary>
/// <remarks>
/// g ← ∂L/∂w + decay · w; m ← g at the first step, then momentum · m + g; w ← w − rate · (g + momentum · m) for Nesterov's momentum, else w − rate · m.
/// The rate is the optimizer's, times the group's factor.
/// TorchSharp's own makes native numbers that a garbage collection can free while libtorch reads them (<see cref="TensorArithmetic"/>), hundreds a step.
/// Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013.
/// </remarks>
/// <param name="groups">Parameters that are changed alike.</param>
/// <param name="learningRate">The rate of the first step.</param>
/// <param name="momentum">In [0, 1); 0 for none, and no buffers.</param>
/// <param name="nesterov">Whether momentum is Nesterov's.</param>
internal sealed class GradientDescent(IReadOnlyList<GradientDescent.Group> groups, double learningRate, double momentum, bool nesterov) : IDisposable
{
    private readonly Parameter[] _parameters = [.. groups.SelectMany(group => group.Parameters)];
    private readonly Tensor?[] _momenta = new Tensor?[groups.Sum(group => group.Parameters.Count)];

    /// <summary>Parameters that are changed alike.</summary>
    public IReadOnlyList<Group> Groups => groups;

    /// <summary>The rate of the next step, above 0.</summary>
    public double LearningRate { get; set; } = learningRate;

    /// <summary>Momentum of each parameter, in the order of the groups, which is the same in every run; null before its first step.</summary>
    public IReadOnlyList<Tensor?> Momenta => _momenta;

    /// <summary>Forgets the gradients of the last step.</summary>
    public void ClearGradients()
    {
        foreach (var parameter in _parameters)
            parameter.grad = null;
    }

    /// <summary>Changes the parameters that have a gradient.</summary>
    public void Step()
    {
        using var noGradient = no_grad();
        using Scalar one = 1.0.ToScalar(), factor = momentum.ToScalar();
        var i = 0;
        foreach (var (parameters, weightDecay, rateFactor) in groups)
        {
            using Scalar decay = weightDecay.ToScalar(), descent = (-LearningRate * rateFactor).ToScalar();
            foreach (var parameter in parameters)
            {
                ref var buffer = ref _momenta[i++];
                using var scope = NewDisposeScope();
                if (parameter.grad is not { } gradient)
                    continue;
                if (weightDecay != 0)
                    gradient = gradient.add(parameter, decay);
                if (momentum != 0)
                {
                    if (buffer is null)
                        buffer = gradient.clone().DetachFromDisposeScope();
                    else
                        buffer.mul_(factor).add_(gradient, one);
                    gradient = nesterov ? gradient.add(buffer, factor) : buffer;
                }
                parameter.add_(gradient, descent);
            }
        }
    }

    /// <summary>Makes room for momentum, as steps that were taken before would have.</summary>
    /// <param name="index">The parameter's place in <see cref="Momenta"/>.</param>
    public void CreateMomentum(int index) => _momenta[index] ??= zeros_like(_parameters[index]).DetachFromDisposeScope();

    /// <summary>Frees the momentum buffers.</summary>
    public void Dispose()
    {
        foreach (var buffer in _momenta)
            buffer?.Dispose();
    }

    /// <summary>Parameters that are changed alike.</summary>
    /// <param name="Parameters">The parameters.</param>
    /// <param name="WeightDecay">Factor of the L2 penalty's gradient, at least 0.</param>
    /// <param name="RateFactor">What the learning rate is multiplied by for them, above 0.</param>
    internal sealed record Group(IReadOnlyList<Parameter> Parameters, double WeightDecay, double RateFactor = 1);
}
