using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

[TestFixture]
public sealed class FuseTests
{
    private static readonly Dictionary<string, Tensor> _nothing = [];

    // 199 calibration rows with largest logits 1 to 199, so scores −199 to −1 by the largest logit; q90 = −20.8, q99 = −2.98. Two such parts: twice t.
    private static readonly double _tail = Math.Log(10) / (20.8 - 2.98);

    private static IEnumerable<TestCaseData> ByHand()
    {
        yield return new TestCaseData(250f, 0.0).SetArgDisplayNames("surer than all calibration rows: p = 1");
        yield return new TestCaseData(199f, 0.0).SetArgDisplayNames("a tie with the surest counts it: p = 1");
        yield return new TestCaseData(100.5f, -Math.Log(101.0 / 200)).SetArgDisplayNames("between two: 100 of them are as unusual, p = 101/200");
        yield return new TestCaseData(3.5f, Math.Log(50)).SetArgDisplayNames("three are as unusual: p = 4/200");
        yield return new TestCaseData(0.5f, Math.Log(100) + (2.48 * _tail)).SetArgDisplayNames("beyond the 99 % quantile");
        yield return new TestCaseData(-50f, Math.Log(100) + (52.98 * _tail)).SetArgDisplayNames("far beyond is more");
    }

    [TestCaseSource(nameof(ByHand))]
    public void Score_CountedByHand(float logit, double expected)
    {
        using var scope = NewDisposeScope();
        var fuse = OodScores.Fuse(OodScores.MaxLogit(), OodScores.MaxLogit());
        var learned = fuse.Learn(Rows(199));

        var found = fuse.Compute(new(tensor(new[,] { { logit, -100 } }), null, null, null, learned));

        Assert.That(found, Is.EqualTo(new[] { (float)(2 * expected) }).Within(1e-5f));
    }

    [Test]
    public void Score_IsTheSumOfTheParts()
    {
        // By MaxLogit the row (10.5, 10.5) is as in the table above. By the entropy, ln 2, it is beyond all calibration rows, which are nearly sure.
        using var scope = NewDisposeScope();
        var (one, other) = (OodScores.MaxLogit(), OodScores.Entropy());
        OodBatch row = new(tensor(new[,] { { 10.5f, 10.5f } }), null, null, null, _nothing);

        var both = Of(OodScores.Fuse(one, other));

        Assert.That(both, Is.EqualTo((Of(OodScores.Fuse(one, one)) + Of(OodScores.Fuse(other, other))) / 2).Within(1e-3f * both));
        Assert.That(both, Is.GreaterThan(Math.Log(100)));

        float Of(OodScore score) => score.Compute(row with { Learned = score.Learn(Rows(199)) })[0];
    }

    [Test]
    public void Learn_PartThatLearns_RanksAmongRowsThatItHasNotSeen()
    {
        // Fifty directions of their own: a neighbour among the rows that a part has learned from would lie at distance 0.
        using var scope = NewDisposeScope();
        var rows = new OodBatch(ones(50, 2), eye(50), null, null, _nothing);
        var learned = OodScores.Fuse(OodScores.NearestNeighbours(1), OodScores.MaxLogit()).Learn(rows);

        Assert.That(learned["0/Bank"].shape, Is.EqualTo(new long[] { 40, 50 }));
        Assert.That(learned["0/Ranks"].data<double>().ToArray(), Is.EqualTo(Enumerable.Repeat(2.0, 10)).Within(1e-6));
        Assert.That(learned["1/Ranks"].shape, Is.EqualTo(new long[] { 10 }), "the same rows rank all parts");
    }

    [Test]
    public void Scores_OfOtherScales_CountAlike()
    {
        // The same score in units of 1 and of 1000, and its tail with it.
        using var scope = NewDisposeScope();
        var rows = Rows(50);
        OodBatch strangers = new(tensor(new float[,] { { 30, -100 }, { 7, -100 }, { 0, -100 }, { -9, -100 } }), null, null, null, _nothing);

        var found = Of(OodScores.MaxLogit());

        Assert.That(Of(OodScores.Energy(1)), Is.EqualTo(found).Within(1e-3f));
        Assert.That(found, Is.Ordered.Ascending);

        float[] Of(OodScore score)
        {
            var fuse = OodScores.Fuse(score, score);
            return fuse.Compute(strangers with { Learned = fuse.Learn(rows with { Logits = rows.Logits }) });
        }
    }

    [TestCase(10, 11)]
    [TestCase(19, 20)]
    public void Score_OfFewCalibrationRows_ClaimsNoMoreThanTheyKnow(int count, double rows)
    {
        using var scope = NewDisposeScope();
        var fuse = OodScores.Fuse(OodScores.MaxLogit(), OodScores.MaxLogit());

        var found = fuse.Compute(new(tensor(new float[,] { { -1000, -2000 } }), null, null, null, fuse.Learn(Rows(count))));

        Assert.That(found[0], Is.EqualTo(2 * Math.Log(rows)).Within(1e-5f), "p = 1 / (n + 1), however far");
    }

    [Test]
    public void Score_OfCalibrationRowsThatAreAllAlike_HasNoTail()
    {
        using var scope = NewDisposeScope();
        var fuse = OodScores.Fuse(OodScores.MaxLogit(), OodScores.MaxLogit());
        var learned = fuse.Learn(new(ones(19, 2), null, null, null, _nothing));

        var found = fuse.Compute(new(tensor(new float[,] { { 5, 0 }, { 1, 1 }, { -7, -8 } }), null, null, null, learned));

        Assert.That(found, Is.EqualTo(new[] { 0, 0, (float)(2 * Math.Log(20)) }).Within(1e-5f));
    }

    [Test]
    public void Score_PartThatIsNoNumber_IsNoNumber()
    {
        // Not a high rank like any other: the transformer then names the row.
        using var scope = NewDisposeScope();
        var fuse = OodScores.Fuse(OodScores.Energy(1e-38), OodScores.MaxLogit());
        var learned = fuse.Learn(new(arange(1, 13, float32).unsqueeze(1) * tensor(new[,] { { 1e-38f, 0 } }), null, null, null, _nothing));

        var found = fuse.Compute(new(tensor(new float[,] { { 5, 0 }, { 2e-38f, 0 } }), null, null, null, learned));

        Assert.That(found[0], Is.NaN);
        Assert.That(found[1], Is.Not.NaN);
    }

    [Test]
    public void Learn_TooFewRows_SaysHowMany()
    {
        using var scope = NewDisposeScope();
        Assert.That(
            () => OodScores.Fuse(OodScores.MaxLogit(), OodScores.Energy()).Learn(Rows(9)),
            Throws.TypeOf<OodScoreException>().With.Message.Contains("needs at least 10 rows to fit, among which it ranks; there are 9"));
        Assert.That(
            () => OodScores.Fuse(OodScores.MaxLogit(), OodScores.NearestNeighbours(1)).Learn(Rows(49) with { Embedding = ones(49, 3) }),
            Throws.TypeOf<OodScoreException>().With.Message.Contains("needs at least 50 rows to fit, one in 5 of which it keeps for ranking; there are 49"));
        Assert.That(() => OodScores.Fuse(OodScores.MaxLogit(), OodScores.Energy()).Learn(Rows(10)), Throws.Nothing);
    }

    [Test]
    public void Equals_ByParts()
    {
        var fuse = OodScores.Fuse(OodScores.Energy(), OodScores.MaxLogit());
        Assert.That(fuse, Is.EqualTo(OodScores.Fuse(OodScores.Energy(), OodScores.MaxLogit())));
        Assert.That(fuse, Is.Not.EqualTo(OodScores.Fuse(OodScores.Energy(2), OodScores.MaxLogit())));
        Assert.That(fuse.ToString(), Is.EqualTo("Fuse(Energy(Temperature = 1), MaxLogit)"));
        Assert.That(
            OodScores.Fuse(OodScores.VirtualLogit(), OodScores.NearestNeighbours(5)).ToString(),
            Is.EqualTo("Fuse(VirtualLogit, NearestNeighbours(K = 5))"));
    }

    // Largest logits 1 to count; the other logit never matters.
    private static OodBatch Rows(int count)
        => new(stack([arange(1, count + 1, float32), full(count, -100f)], 1), null, null, null, _nothing);
}
