using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>A linear layer over the embedding's direction in training, and over the embedding itself in evaluation mode: [B, D] → [B, C].</summary>
/// <remarks>
/// f = W · (z / ‖z‖₂) / τ + b in training, W · z / τ + b in evaluation mode, with the class weights W [C, D] and b [C]. The fields' names are part of the
/// model's file format.
/// </remarks>
internal sealed class DirectionInTraining : Module<Tensor, Tensor>
{
    /// <summary>Least norm of an embedding that is divided by: a row of zeros has the logits b, and finite gradients.</summary>
    private const double MinimumNorm = 1e-6;

    private readonly Parameter weight, bias;
    private readonly double tau;

    /// <param name="embeddingSize">D.</param>
    /// <param name="classes">C.</param>
    /// <param name="tau">Temperature τ, above 0.</param>
    /// <param name="device">Where it will be.</param>
    /// <remarks>No weights are drawn here.</remarks>
    public DirectionInTraining(int embeddingSize, int classes, double tau, Device device)
        : base(nameof(DirectionInTraining))
    {
        weight = Parameter(zeros(classes, embeddingSize, device: device));
        weight.DetachFromDisposeScope();   // as layers do with theirs: from here on the module owns it
        bias = Parameter(zeros(classes, device: device));
        bias.DetachFromDisposeScope();
        this.tau = tau;
        RegisterComponents();
    }

    /// <summary>W, [C, D].</summary>
    public Parameter Weight => weight;

    /// <summary>b, [C].</summary>
    public Parameter Bias => bias;

    /// <summary>τ.</summary>
    public double Tau => tau;

    /// <summary>Draws the class weights as a linear layer's; biases begin at 0.</summary>
    public void Draw(Generator generator) => LinearLayer.Draw(weight, generator);

    public override Tensor forward(Tensor embedded)
    {
        using var scope = NewDisposeScope();
        var direction = training ? functional.normalize(embedded, dim: 1, eps: MinimumNorm) : embedded;   // [B, D]
        return functional.linear(direction.Over(tau), weight, bias).MoveToOuterDisposeScope();
    }
}
