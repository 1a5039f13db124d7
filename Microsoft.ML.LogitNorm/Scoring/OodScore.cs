using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>How unusual a row looks: a function of what the network made of it. Make one with <see cref="OodScores"/>.</summary>
/// <remarks>
/// Every score has the same direction: <b>higher = more likely out of distribution</b>; a confidence from a paper is negated. A score is a
/// record of its hyper-parameters, saved with the model by name. A new one is one sealed record in a file of its own and one line in
/// <see cref="OodScores"/>.
/// </remarks>
public abstract record OodScore
{
    internal OodScore()
    {
    }

    /// <summary>What the score is computed from, besides the logits.</summary>
    internal virtual OodInputs Needs => OodInputs.Logits;

    /// <summary>Whether <c>Fit</c> reads the training rows for <see cref="Learn"/>.</summary>
    internal virtual bool Learns => false;

    /// <summary>Learns from all training rows at once; what is returned is saved with the model.</summary>
    /// <param name="rows">The rows that the estimator was fitted on, with what the score <see cref="Needs"/>; no pixels.</param>
    /// <returns>Named tensors in the caller's scope.</returns>
    internal virtual IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows) => throw new InvalidOperationException($"{GetType().Name} learns nothing.");

    /// <summary>Scores each row.</summary>
    /// <param name="batch">The rows, with what the score <see cref="Needs"/>.</param>
    /// <returns>[B], in the caller's scope.</returns>
    internal abstract Tensor Score(in OodBatch batch);
}
