using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

/// <summary>One score for each thing that a score may need, cut down from published ones: whether the family's shape carries them.</summary>
internal static class ScoresOfEachKind
{
    public static OodScore[] All => [new GradNormLike(), new ReActLike(0.5), new OdinLike(1, 2), new NearestNeighbour()];
}

/// <summary>Needs the embedding: ‖∂KL(u‖p)/∂W‖₁ in closed form.</summary>
internal sealed record GradNormLike : OodScore
{
    internal override OodInputs Needs => OodInputs.Embedding;

    internal override Tensor Score(in OodBatch batch)
        => -((batch.Logits.softmax(1) * batch.Logits.shape[1]) - 1).abs().sum(1) * batch.Embedding!.abs().sum(1);
}

/// <summary>Needs the head's weights: the energy of clipped features.</summary>
internal sealed record ReActLike(double Clip) : OodScore
{
    internal override OodInputs Needs => OodInputs.Embedding | OodInputs.Network;

    internal override Tensor Score(in OodBatch batch) => -batch.Network!.Classifier.Classify(batch.Embedding!.clamp_max(Clip)).logsumexp(1);
}

/// <summary>Needs images and gradients by them: the softmax after a step towards more confidence.</summary>
internal sealed record OdinLike(double Temperature, double Step) : OodScore
{
    internal override OodInputs Needs => OodInputs.Images;

    internal override Tensor Score(in OodBatch batch)
    {
        var (network, temperature) = (batch.Network!, Temperature);
        var input = network.Normalize(batch.Pixels!);
        using (enable_grad())
        {
            input.requires_grad_();
            Confidence(input).log().sum().backward();
        }
        return -Confidence(input.detach() + (Step * input.grad!.sign()));

        Tensor Confidence(Tensor images) => (network.Classifier.call(images) / temperature).softmax(1).amax([1]);
    }
}

/// <summary>Learns from the training rows: the distance to the nearest of them.</summary>
internal sealed record NearestNeighbour : OodScore
{
    internal override OodInputs Needs => OodInputs.Embedding;

    internal override bool Learns => true;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows) => new Dictionary<string, Tensor> { ["Rows"] = rows.Embedding! };

    internal override Tensor Score(in OodBatch batch)
        => cdist(batch.Embedding!, batch.Learned["Rows"], compute_mode: compute_mode.donot_use_mm_for_euclid_dist).amin([1]);
}
