using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>ODIN: the softmax confidence at a high temperature, after a small step of the image, or of the features, towards more confidence.</summary>
/// <remarks>
/// −max softmax(f(x̃)/T), x̃ = x − (ε/σ) · sign(∂CE(f(x)/T, arg max f(x))/∂x), for the normalised image x [B, channels, H, W] and each channel's standard
/// deviation σ; gives [B] in [−1, −1/C], higher = more likely out of distribution. A known image gains more by the step than an unknown one.
/// Liang et al., "Enhancing The Reliability of Out-of-distribution Image Detection in Neural Networks", ICLR 2018, arXiv 1706.02690, equations 1 and 2.
/// Needs the network and the image, or only <c>Logits</c> if ε = 0; learns nothing. Cost: two forward passes and one backward pass of the network.
/// </remarks>
/// <param name="Temperature">T &gt; 0; the paper uses 1000.</param>
/// <param name="Epsilon">
/// Size of the step, as a share of the range of pixel values; at least 0, the LogitNorm authors use 0.0014. See <see cref="InputNormalization.PixelRange"/> for
/// that range. Of feature vectors it is a share of each feature's standard deviation.
/// </param>
internal sealed record Odin(double Temperature, double Epsilon) : OodScore
{
    public double Temperature { get; } = double.IsFinite(Temperature) && Temperature > 0
        ? Temperature
        : throw new ArgumentOutOfRangeException("temperature", Temperature, "The temperature is above 0; the paper uses 1000.");

    public double Epsilon { get; } = Epsilon is >= 0 and < 1
        ? Epsilon
        : throw new ArgumentOutOfRangeException(
            "epsilon", Epsilon, "The step is at least 0 and below 1, as a share of the pixels' range, or of a feature's standard deviation; "
                + "the LogitNorm authors use 0.0014.");

    internal override OodInputs Needs => Epsilon > 0 ? OodInputs.Rows : OodInputs.Logits;

    internal override Tensor Score(in OodBatch batch)
    {
        if (Epsilon == 0)
            return Confidence(batch.Logits!).neg();
        var network = batch.Network!;
        var step = network.StepUnit.Times(Epsilon);   // [channels, 1, 1] or [features], in units of the normalised input
        var perturbed = Perturbed(network.Classifier, network.Normalize(network.Scoring.WithoutLoneImage(batch.Values!)), step);
        return Confidence(network.Classifier.call(perturbed)).neg().narrow(0, 0, batch.Count);
    }

    /// <summary>x̃, from x.</summary>
    internal Tensor Perturbed(ClassifierNetwork classifier, Tensor normalized, Tensor step)
    {
        var input = normalized.detach().clone();
        Tensor gradient;
        using (enable_grad())
        {
            input.requires_grad_();
            var logits = classifier.call(input).Over(Temperature);
            var loss = functional.cross_entropy(logits, logits.argmax(1), reduction: Reduction.Sum);
            // That of the input alone: the weights may be in training, and keep gradients of their own.
            gradient = autograd.grad([loss], [input])[0];
        }
        // A gradient of exactly 0 counts as positive, as in the authors' code.
        return input.detach() - gradient.IsNotNegative().to(float32).Times(2).Minus(1) * step;
    }

    // In double precision: at a high temperature all rows lie close to 1/C.
    private Tensor Confidence(Tensor logits) => logits.to(float64).Over(Temperature).softmax(1).amax([1]);
}
