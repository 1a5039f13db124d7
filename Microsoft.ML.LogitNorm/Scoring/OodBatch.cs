using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Rows to score, or to learn from. What a score does not list in <see cref="OodScore.Needs"/> is null.</summary>
/// <param name="Logits">[B, C], float32.</param>
/// <param name="Embedding">[B, D], float32.</param>
/// <param name="Network">The network that made the logits; its device is that of all tensors here.</param>
/// <param name="Pixels">[B, H, W, C], as <see cref="TrainedNetwork.Normalize"/> takes them.</param>
/// <param name="Learned">What <see cref="OodScore.Learn"/> returned; empty for a score that learns nothing.</param>
internal readonly record struct OodBatch(
    Tensor Logits,
    Tensor? Embedding,
    TrainedNetwork? Network,
    Tensor? Pixels,
    IReadOnlyDictionary<string, Tensor> Learned);
