using static System.FormattableString;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="Head.T2FNorm"/>
internal sealed record T2FNormHead(double Tau) : Head
{
    public double Tau { get; } = Tau > 0 && double.IsFinite(Tau)
        ? Tau
        : throw new ArgumentOutOfRangeException("tau", Tau, "The temperature tau divides the embedding: give a positive number, such as 0.1.");

    internal override bool DecaysClassWeights => true;

    public override string ToString() => Invariant($"T2FNorm(tau: {Tau})");

    internal override Module<Tensor, Tensor> CreateModule(int embeddingSize, int classes, Device device)
        => new DirectionInTraining(embeddingSize, classes, Tau, device);

    internal override void Draw(Module<Tensor, Tensor> module, Generator generator) => ((DirectionInTraining)module).Draw(generator);
}
