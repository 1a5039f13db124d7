using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>Batch normalisation of each feature or channel: [B, F] or [B, F, H, W] → the same.</summary>
/// <remarks>
/// TorchSharp's own counts its batches with a number that a garbage collection can free while libtorch reads it (<see cref="TensorArithmetic"/>). Names and
/// values of parameters and buffers are those of PyTorch's. Ioffe and Szegedy, "Batch Normalization", ICML 2015, arXiv 1502.03167.
/// </remarks>
internal sealed class BatchNormLayer : Module<Tensor, Tensor>
{
    /// <summary>What is added to the variance before its root is divided by; PyTorch's default.</summary>
    public const double Epsilon = 1e-5;

    /// <summary>Share of the running statistics that each batch replaces; PyTorch's default.</summary>
    private const double Momentum = 0.1;

    private readonly Parameter weight, bias;
    private readonly Tensor running_mean, running_var, num_batches_tracked;

    /// <param name="features">F.</param>
    /// <param name="device">Where it will be.</param>
    public BatchNormLayer(long features, Device device)
        : base("BatchNorm")
    {
        weight = Parameter(ones(features, device: device));
        bias = Parameter(zeros(features, device: device));
        running_mean = zeros(features, device: device);
        running_var = ones(features, device: device);
        num_batches_tracked = zeros([], int64, device);
        foreach (var owned in (Tensor[])[weight, bias, running_mean, running_var, num_batches_tracked])
            owned.DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>γ, [F].</summary>
    public Parameter Weight => weight;

    /// <summary>β, [F].</summary>
    public Parameter Bias => bias;

    /// <summary>Running mean of the batches' means, [F].</summary>
    public Tensor RunningMean => running_mean;

    /// <summary>Running mean of the batches' variances, [F].</summary>
    public Tensor RunningVariance => running_var;

    public override Tensor forward(Tensor input)
    {
        if (training)
            num_batches_tracked.Increment();
        return functional.batch_norm(input, running_mean, running_var, weight, bias, training, Momentum, Epsilon);
    }
}
