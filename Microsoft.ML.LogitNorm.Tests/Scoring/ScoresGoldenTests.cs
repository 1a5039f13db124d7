using System.Text.Json.Serialization;
using Microsoft.ML.LogitNorm.Tests.Reference;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

/// <summary>Every score equals its public reference implementation, whose confidence is the negated score.</summary>
/// <remarks>
/// Where the references differ from the papers and what we do: the k-nearest-neighbour code compares squared distances and adds 1e-10 after dividing by the
/// norm, which we do before (below the tolerance); fDBD sums over the classes where the paper takes the mean (a constant factor: ours is the sum);
/// the ASH methods work on the pooled embedding, not on feature maps.
/// </remarks>
[TestFixture]
[Category("Golden")]
public sealed class ScoresGoldenTests
{
    /// <summary>Of the range of the confidences.</summary>
    private const double RelativeTolerance = 1e-4;

    private static readonly Dictionary<string, OodScore> _scores = new()
    {
        ["msp"] = OodScores.MaxSoftmax(),
        ["maxlogit"] = OodScores.MaxLogit(),
        ["energy_T1"] = OodScores.Energy(),
        ["energy_T2"] = OodScores.Energy(2),
        ["odin_T1000_eps0"] = OodScores.Odin(1000, 0),
        ["negative_entropy"] = OodScores.Entropy(),
        ["gen"] = OodScores.GeneralizedEntropy(0.1, 10),
        ["gen_M3"] = OodScores.GeneralizedEntropy(0.2, 3),
        ["gradnorm"] = OodScores.GradNorm(),
        ["kl_matching"] = OodScores.KlMatching(),
        ["react_p90"] = OodScores.ReAct(90),
        ["ash_s_p65"] = OodScores.AshS(65),
        ["ash_s_p85"] = OodScores.AshS(85),
        ["ash_s_p90"] = OodScores.AshS(90),
        ["ash_b_p85"] = OodScores.AshB(85),
        ["ash_b_p90"] = OodScores.AshB(90),
        ["scale_p65"] = OodScores.Scale(65),
        ["scale_p85"] = OodScores.Scale(85),
        ["dice_p70"] = OodScores.Dice(70),
        ["knn_K1"] = OodScores.NearestNeighbours(1),
        ["knn_K10"] = OodScores.NearestNeighbours(10),
        ["mahalanobis"] = OodScores.Mahalanobis(),
        ["relative_mahalanobis"] = OodScores.RelativeMahalanobis(),
        ["vim_dim8"] = OodScores.VirtualLogit(8),
        ["residual_dim8"] = OodScores.Residual(8),
        ["she_inner_product"] = OodScores.SimplifiedHopfield(),
        ["fdbd_distance"] = OodScores.Fdbd(),
        ["fdbd_norm"] = OodScores.Fdbd(distanceToMean: false),
        ["nnguide_K10_alpha1"] = OodScores.NnGuide(10),
    };

    /// <summary>Those of more.json, on the inputs of scores.json.</summary>
    private static readonly Dictionary<string, OodScore> _moreScores = new()
    {
        ["nci_alpha0.0001"] = OodScores.Nci(),
        ["nci_alpha0.01"] = OodScores.Nci(0.01),
        ["vra_p10_p90"] = OodScores.Vra(10, 90),
        ["relation_pow1"] = OodScores.Relation(),
        ["relation_pow2"] = OodScores.Relation(2),
        ["mahalanobis_normalized"] = OodScores.Mahalanobis(normalize: true),
        ["relative_mahalanobis_normalized"] = OodScores.RelativeMahalanobis(normalize: true),
    };

    private static IEnumerable<string> Names => _scores.Keys;

    private static IEnumerable<string> MoreNames => _moreScores.Keys;

    [TestCaseSource(nameof(Names))]
    public void Score_EqualsTheReference(string name)
    {
        var golden = ReferenceNumbers.Read<Golden>("scores.json");
        AssertEqual(Confidences(_scores[name], golden), golden.Scores[name].Conf);
    }

    [TestCaseSource(nameof(MoreNames))]
    public void Score_OfMore_EqualsTheReference(string name)
        => AssertEqual(
            Confidences(_moreScores[name], ReferenceNumbers.Read<Golden>("scores.json")), ReferenceNumbers.Read<More>("more.json").Scores[name].Conf);

    private static double[] Confidences(OodScore score, Golden golden)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var network = HeadOnly.Create(ToSingle(golden.Weight), tensor(golden.Bias).to(float32));
        var training = new OodBatch(
            ToSingle(golden.TrainLogits), ToSingle(golden.TrainEmbedding), network, null, new Dictionary<string, Tensor>(), tensor(golden.TrainLabels));
        var learned = score.LearnsFrom is null ? training.Learned : score.Learn(training);

        return [.. score.Compute(new(ToSingle(golden.Logits), ToSingle(golden.Embedding), network, null, learned)).Select(value => -(double)value)];
    }

    [Test]
    public void EveryReference_HasACase()
    {
        Assert.That(_scores.Keys, Is.EquivalentTo(ReferenceNumbers.Read<Golden>("scores.json").Scores.Keys));
        Assert.That(_moreScores.Keys, Is.EquivalentTo(ReferenceNumbers.Read<More>("more.json").Scores.Keys));
    }

    [Test]
    public void EveryScore_HasAReferenceOrIsCountedByHand()
    {
        // Odin's step is checked in OdinGoldenTests, what looks at layer statistics in LayerScoreTests, Fuse by hand in FuseTests.
        var checkedScores = _scores.Values.Concat(_moreScores.Values)
            .Concat(OodScoresTests.ScoresCountedByHand)
            .Concat(LayerScoreTests.Scores)
            .Append(OodScores.Default())
            .Select(score => score.Name);
        Assert.That(OodScores.All.Select(score => score.Name), Is.SubsetOf(checkedScores));
    }

    /// <summary>Values within the tolerance, and the same order of all pairs that the tolerance does not blur.</summary>
    private static void AssertEqual(double[] found, double[] expected)
    {
        var tolerance = RelativeTolerance * (expected.Max() - expected.Min());
        Assert.That(found, Is.EqualTo(expected).Within(tolerance));
        for (var i = 0; i < expected.Length; i++)
            for (var j = 0; j < i; j++)
                if (Math.Abs(expected[i] - expected[j]) > 2 * tolerance)
                    Assert.That(Math.Sign(found[i] - found[j]), Is.EqualTo(Math.Sign(expected[i] - expected[j])), $"order of rows {j} and {i}");
    }

    private static Tensor ToSingle(Matrix matrix) => matrix.ToTensor().to(float32);

    private sealed record Golden(
        Matrix Embedding,
        Matrix Logits,
        Matrix Weight,
        double[] Bias,
        Matrix TrainEmbedding,
        Matrix TrainLogits,
        long[] TrainLabels,
        Dictionary<string, GoldenScore> Scores);

    private sealed record More(Dictionary<string, GoldenScore> Scores);

    private sealed record GoldenScore([property: JsonPropertyName("conf")] double[] Conf);
}
