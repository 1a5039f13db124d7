namespace Microsoft.ML.LogitNorm;

/// <summary>Which formula a score is in an ONNX graph.</summary>
internal static class ScoreExport
{
    /// <summary>The score of each row, [B, 1], as precise as the score itself.</summary>
    /// <exception cref="NotSupportedException">The score cannot be exported; names it, and says what can.</exception>
    public static OnnxValue Of(OodScore score, ScoredRows rows) => score switch
    {
        MaxSoftmax => OutputFormulas.MaxSoftmax(rows),
        MaxLogit => OutputFormulas.MaxLogit(rows),
        Energy energy => OutputFormulas.Energy(rows, energy),
        Entropy => OutputFormulas.Entropy(rows),
        GeneralizedEntropy entropy => OutputFormulas.GeneralizedEntropy(rows, entropy),
        KlMatching => OutputFormulas.KlMatching(rows),
        GradNorm => OutputFormulas.GradNorm(rows),
        Odin { Epsilon: 0 } odin => OutputFormulas.Odin(rows, odin),
        SimplifiedHopfield => DistanceFormulas.SimplifiedHopfield(rows),
        NearestNeighbours neighbours => DistanceFormulas.NearestNeighbours(rows, neighbours),
        Mahalanobis mahalanobis => GaussianFormulas.Mahalanobis(rows, mahalanobis),
        RelativeMahalanobis mahalanobis => GaussianFormulas.RelativeMahalanobis(rows, mahalanobis),
        LayerGaussian => GaussianFormulas.LayerGaussian(rows),
        RelativeLayerGaussian => GaussianFormulas.RelativeLayerGaussian(rows),
        VirtualLogit => DistanceFormulas.VirtualLogit(rows),
        Residual => DistanceFormulas.Residual(rows),
        NnGuide guide => DistanceFormulas.NnGuide(rows, guide),
        Relation relation => DistanceFormulas.Relation(rows, relation),
        Fdbd fdbd => DistanceFormulas.Fdbd(rows, fdbd),
        Nci nci => DistanceFormulas.Nci(rows, nci),
        MaxCosine => DistanceFormulas.MaxCosine(rows),
        ReAct => ShapingFormulas.ReAct(rows),
        Vra => ShapingFormulas.Vra(rows),
        AshB ash => ShapingFormulas.AshB(rows, ash),
        AshS ash => ShapingFormulas.AshS(rows, ash),
        Scale scale => ShapingFormulas.Scale(rows, scale),
        Dice => ShapingFormulas.Dice(rows),
        Fuse fuse => FuseFormula.Of(rows, fuse),
        Odin => throw new NotSupportedException(
            $"The score {score} cannot be exported to ONNX: it takes gradients of the network, and a graph for scoring has none. "
            + "All other scores of OodScores can, and Odin with epsilon 0, which takes no step."),
        _ => throw new NotSupportedException($"The score {score} has no formula for ONNX yet. ScoreExport lists those that have."),
    };
}
