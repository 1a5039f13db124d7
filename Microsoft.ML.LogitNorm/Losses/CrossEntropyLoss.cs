using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <summary>Softmax cross-entropy.</summary>
/// <remarks>L = −log softmax(f)_y, f = logits [B, C]; mean over the rows. At least 0.</remarks>
internal sealed record CrossEntropyLoss() : TrainingLoss("CrossEntropy")
{
    public override string ToString() => "CrossEntropy()";

    internal override Tensor Compute(in TrainingStep step) => functional.cross_entropy(step.Logits, step.Labels, step.ClassWeights);
}
