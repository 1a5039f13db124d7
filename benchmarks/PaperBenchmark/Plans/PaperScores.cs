using Microsoft.ML.LogitNorm;

namespace PaperBenchmark.Plans;

/// <summary>The scores of the paper's tables.</summary>
internal static class PaperScores
{
    /// <summary>The score of all tables but the second and the sixth.</summary>
    public static OodScore Softmax { get; } = OodScores.MaxSoftmax();

    /// <summary>With its paper's temperature and perturbation.</summary>
    public static OodScore Odin { get; } = OodScores.Odin();

    public static OodScore Energy { get; } = OodScores.Energy();

    public static OodScore GradNorm { get; } = OodScores.GradNorm();

    /// <summary>Generalized ODIN's, for its head.</summary>
    public static OodScore MaxCosine { get; } = OodScores.MaxCosine();

    /// <summary>The scores of the table of other trainings: of the logits, of the embedding, of all layers, and the library's default, which fuses them.</summary>
    public static IReadOnlyList<OodScore> OfTrainings { get; } =
        [OodScores.MaxSoftmax(), OodScores.NearestNeighbours(), OodScores.RelativeLayerGaussian(), OodScores.Default()];

    public static IReadOnlyList<OodScore> All { get; } = [Softmax, Odin, Energy, GradNorm, MaxCosine];
}
