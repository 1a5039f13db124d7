namespace Microsoft.ML.LogitNorm;

public static partial class OodScores
{
    /// <summary>
    /// For each score of <see cref="All"/> the settings that are worth trying, its default first: what <see cref="OodScoreComparison.Options.Search"/> chooses
    /// from unless it is told otherwise.
    /// </summary>
    /// <remarks>
    /// The values are among those that OpenOOD searches, where it does; the others are this library's own. Settings that make
    /// no sense for a network, such as more neighbours than rows, drop out of the search. All settings of a score that keeps a bank of training rows are in
    /// memory together while it lasts.
    /// </remarks>
    public static IReadOnlyList<OodScore> Candidates { get; } = ValueList.Of<OodScore>(
    [
        Default(),
        MaxSoftmax(),
        MaxLogit(),
        .. Settings([1, 10, 100, 1000], temperature => Energy(temperature)),
        Entropy(),
        .. Settings([0.1, 0.01, 0.5], gamma => Settings([100, 10, 50, 1000], classes => GeneralizedEntropy(gamma, (int)classes))),
        KlMatching(),
        GradNorm(),
        SimplifiedHopfield(),
        .. Settings([50, 1, 5, 10, 100, 200], k => NearestNeighbours((int)k)),
        .. Shrinkages(Mahalanobis),
        .. Shrinkages(RelativeMahalanobis),
        .. LayerShrinkages(LayerGaussian),
        .. LayerShrinkages(RelativeLayerGaussian),
        .. Dimensions(VirtualLogit),
        .. Dimensions(Residual),
        .. Settings([10, 1, 50, 100], k => NnGuide((int)k)),
        .. Settings([1, 2, 4, 6, 8], power => Relation(power)),
        .. Settings([90, 85, 95, 99], ReAct),
        .. Settings([10, 1, 5, 15], low => Settings([90, 85, 95, 99], high => Vra(low, high))),
        .. Settings([65, 70, 75, 80, 85, 90, 95], AshB),
        .. Settings([90, 65, 70, 75, 80, 85, 95], AshS),
        .. Settings([85, 65, 70, 75, 80, 90, 95], Scale),
        .. Settings([90, 10, 30, 50, 70], Dice),
        Fdbd(),
        Fdbd(distanceToMean: false),
        .. Settings([0.0001, 0.001, 0.01, 0.1], Nci),
        MaxCosine(),
        .. Settings([0.0014, 0.0028], epsilon => Settings([1000, 1], temperature => Odin(temperature, epsilon))),
    ]);

    private static IEnumerable<OodScore> Settings(double[] values, Func<double, OodScore> score) => values.Select(score);

    private static IEnumerable<OodScore> Settings(double[] values, Func<double, IEnumerable<OodScore>> scores) => values.SelectMany(scores);

    private static IEnumerable<OodScore> Shrinkages(Func<double?, bool, OodScore> score)
        => [score(0, false), score(null, false), score(0, true), score(null, true)];

    private static IEnumerable<OodScore> LayerShrinkages(Func<double?, OodScore> score) => [score(null), score(0.01), score(0.1), score(1)];

    private static IEnumerable<OodScore> Dimensions(Func<int?, OodScore> score) => [score(null), score(8), score(16), score(32), score(64), score(256)];
}
