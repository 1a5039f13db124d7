using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>f = W z + b: [B, D] → [B, F].</summary>
/// <remarks>TorchSharp's own draws first weights from torch's global generator, which belongs to the application.</remarks>
internal sealed class LinearLayer : Module<Tensor, Tensor>
{
    private readonly Parameter weight, bias;

    /// <summary>A layer whose weights and biases are 0.</summary>
    /// <param name="inputs">D.</param>
    /// <param name="outputs">F.</param>
    /// <param name="device">Where it will be.</param>
    public LinearLayer(long inputs, long outputs, Device device)
        : base("Linear")
    {
        weight = Parameter(zeros(outputs, inputs, device: device));
        weight.DetachFromDisposeScope();
        bias = Parameter(zeros(outputs, device: device));
        bias.DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>W, [F, D].</summary>
    public Parameter Weight => weight;

    /// <summary>b, [F].</summary>
    public Parameter Bias => bias;

    /// <summary>
    /// Draws the weights as PyTorch's layer does, from U(−1/√D, 1/√D). Biases, which it draws too, are then set to 0, as in the paper's WideResNet code.
    /// </summary>
    public void Draw(Generator generator)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Draw(weight, generator);
        Draw(bias, generator);
        bias.zero_();   // gives another handle of it
    }

    /// <summary>Draws a parameter [F, …] from U(−1/√D, 1/√D), D the number of its values for each of the F outputs.</summary>
    public static void Draw(Parameter parameter, Generator generator)
    {
        using var noGradient = no_grad();
        var bound = 1 / Math.Sqrt((double)parameter.numel() / parameter.shape[0]);
        parameter.uniform_(-bound, bound, generator);
    }

    public override Tensor forward(Tensor input) => functional.linear(input, weight, bias);
}
