using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

[TestFixture]
public sealed class CombineTests
{
    private static readonly Dictionary<string, Tensor> _nothing = [];

    // Calibration rows with largest logits 1, 2, 3, 4: scores −4 to −1 by the largest logit. Ranks among them are counts below, of 5.
    [TestCase(5, 0.0, TestName = "Combine_SurerThanAllCalibrationRows_IsZero")]
    [TestCase(4, 0.0, TestName = "Combine_TieWithTheSurest_CountsNoneBelow")]
    [TestCase(2.5f, 0.4, TestName = "Combine_BetweenTwo_CountsThoseBelow")]
    [TestCase(0.5f, 0.8, TestName = "Combine_LessSureThanAll_IsCountOverCountPlusOne")]
    public void Rank_CountedByHand(float logit, double expected)
    {
        using var scope = NewDisposeScope();
        var combine = OodScores.Combine(OodScores.MaxLogit(), OodScores.MaxLogit());
        var calibration = tensor(new float[,] { { 3, 0 }, { 1, 0 }, { 4, 0 }, { 2, 0 } });
        var learned = combine.Learn(new(calibration, null, null, null, _nothing));

        var found = combine.Compute(new(tensor(new[,] { { logit, 0 } }), null, null, null, learned));

        Assert.That(found, Is.EqualTo(new[] { (float)expected }).Within(1e-7f));
    }

    [Test]
    public void Score_IsTheMeanOfTheParts()
    {
        // By MaxLogit the row (2.5, 2.5) has 2 of 4 calibration rows below; by the entropy, ln 2, all of them: (2/5 + 4/5) / 2.
        using var scope = NewDisposeScope();
        var combine = OodScores.Combine(OodScores.MaxLogit(), OodScores.Entropy());
        var learned = combine.Learn(new(tensor(new float[,] { { 3, 0 }, { 1, 0 }, { 4, 0 }, { 2, 0 } }), null, null, null, _nothing));

        var found = combine.Compute(new(tensor(new[,] { { 2.5f, 2.5f } }), null, null, null, learned));

        Assert.That(found[0], Is.EqualTo(0.6f).Within(1e-7f));
    }

    [Test]
    public void Learn_PartThatLearns_RanksAmongRowsThatItHasNotSeen()
    {
        // Ten directions of their own: a neighbour among the rows that a part has learned from would lie at distance 0.
        using var scope = NewDisposeScope();
        var rows = new OodBatch(ones(10, 2), eye(10), null, null, _nothing);
        var learned = OodScores.Combine(OodScores.NearestNeighbours(1), OodScores.MaxLogit()).Learn(rows);

        Assert.That(learned["0/Bank"].shape, Is.EqualTo(new long[] { 8, 10 }));
        Assert.That(learned["0/Ranks"].data<double>().ToArray(), Is.EqualTo(new[] { 2.0, 2 }).Within(1e-6));
        Assert.That(learned["1/Ranks"].shape, Is.EqualTo(new long[] { 2 }), "the same rows rank all parts");
    }

    [Test]
    public void Scores_OfOtherScales_CountAlike()
    {
        // With two classes and a second logit of 0, softmax, largest logit and a thousandfold energy order rows alike, on scales of 1, 10 and 1000.
        using var scope = NewDisposeScope();
        var logits = stack([linspace(0.1, 8, 50), zeros(50)], 1).to(float32);
        OodBatch rows = new(logits, null, null, null, _nothing);
        var alike = OodScores.Combine(OodScores.MaxSoftmax(), OodScores.MaxLogit(), OodScores.Energy(1000));

        var found = alike.Compute(rows with { Learned = alike.Learn(rows) });

        // Row i has 49 − i rows below it, of 50 and one.
        Assert.That(found, Is.EqualTo(Enumerable.Range(0, 50).Select(i => (49 - i) / 51f)).Within(1e-6f));
    }

    [Test]
    public void Score_PartThatIsNoNumber_IsNoNumber()
    {
        // Not a high rank like any other: the transformer then names the row.
        using var scope = NewDisposeScope();
        var combine = OodScores.Combine(OodScores.Energy(1e-38), OodScores.MaxLogit());
        var learned = combine.Learn(new(tensor(new float[,] { { 3e-38f, 0 }, { 1e-38f, 0 } }), null, null, null, _nothing));

        var found = combine.Compute(new(tensor(new float[,] { { 5, 0 }, { 2e-38f, 0 } }), null, null, null, learned));

        Assert.That(found[0], Is.NaN);
        Assert.That(found[1], Is.Not.NaN);
    }

    [Test]
    public void Equals_ByParts()
    {
        var combine = OodScores.Combine(OodScores.Energy(), OodScores.MaxLogit());
        Assert.That(combine, Is.EqualTo(OodScores.Combine(OodScores.Energy(), OodScores.MaxLogit())));
        Assert.That(combine, Is.Not.EqualTo(OodScores.Combine(OodScores.Energy(2), OodScores.MaxLogit())));
        Assert.That(combine.ToString(), Is.EqualTo("Combine(Energy(Temperature = 1), MaxLogit)"));
        Assert.That(
            OodScores.Combine(OodScores.VirtualLogit(), OodScores.NearestNeighbours(5)).ToString(),
            Is.EqualTo("Combine(VirtualLogit, NearestNeighbours(K = 5))"));
    }
}
