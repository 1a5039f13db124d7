using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Rows to score, or to learn from. What a score does not list in <see cref="OodScore.Needs"/> is null.</summary>
/// <param name="Logits">[B, C], float32, on the network's device where the score needs the network, else on the CPU.</param>
/// <param name="Embedding">[B, D], float32, on the device of the logits.</param>
/// <param name="Network">The network that made the logits.</param>
/// <param name="Pixels">[B, H, W, C], on the CPU, as <see cref="TrainedNetwork.Normalize"/> takes them.</param>
/// <param name="Learned">What <see cref="OodScore.Learn"/> returned, on the CPU; empty for a score that learns nothing.</param>
internal readonly record struct OodBatch(
    Tensor Logits,
    Tensor? Embedding,
    TrainedNetwork? Network,
    Tensor? Pixels,
    IReadOnlyDictionary<string, Tensor> Learned);
