using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

[TestFixture]
public sealed class OodScoresTests
{
    private static readonly IReadOnlyDictionary<string, Tensor> _nothing = new Dictionary<string, Tensor>();

    private static IEnumerable<TestCaseData> CountedByHand()
    {
        // e^0 = 1, e^ln2 = 2, e^ln5 = 5: softmax 1/8, 2/8, 5/8.
        float[] eighths = [0, 0.69314718f, 1.60943791f];
        yield return Case("MaxSoftmax", OodScores.MaxSoftmax(), eighths, -5.0 / 8);
        yield return Case("MaxSoftmax, equal logits", OodScores.MaxSoftmax(), [0, 0, 0, 0], -0.25);
        yield return Case("MaxSoftmax, logits of 1000", OodScores.MaxSoftmax(), [1000, -1000, 0], -1);
        yield return Case("MaxSoftmax, all 1000", OodScores.MaxSoftmax(), [1000, 1000], -0.5);
        yield return Case("MaxSoftmax, all -1000", OodScores.MaxSoftmax(), [-1000, -1000], -0.5);
        yield return Case("MaxLogit", OodScores.MaxLogit(), eighths, -1.60943791);
        yield return Case("MaxLogit, all negative", OodScores.MaxLogit(), [-3, -2], 2);
        yield return Case("MaxLogit, logits of 1000", OodScores.MaxLogit(), [1000, -1000, 0], -1000);
        yield return Case("MaxLogit, zeros", OodScores.MaxLogit(), [0, 0], 0);
        yield return Case("Energy", OodScores.Energy(), eighths, -Math.Log(8));
        yield return Case("Energy, T = 2", OodScores.Energy(2), [0, 2 * 0.69314718f], -2 * Math.Log(3));
        yield return Case("Energy, zeros", OodScores.Energy(), [0, 0, 0], -Math.Log(3));
        yield return Case("Energy, logits of 1000", OodScores.Energy(), [1000, -1000, 0], -1000);
        yield return Case("Energy, all -1000", OodScores.Energy(), [-1000, -1000], 1000 - Math.Log(2));
        yield return Case("Energy, T = 0.01 and 1000", OodScores.Energy(0.01), [1000, -1000], -1000);

        static TestCaseData Case(string name, OodScore score, float[] logits, double expected) => new TestCaseData(score, logits, expected).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(CountedByHand))]
    public void Score_CountedByHand(OodScore score, float[] logits, double expected)
    {
        using var scope = NewDisposeScope();
        // Another row beside it, so that a score over the whole batch shows.
        var scores = score.Score(new(stack([tensor(logits), ones(logits.Length) * 3]), null, null, null, _nothing));
        Assert.That(scores.shape, Is.EqualTo(new long[] { 2 }));
        Assert.That(scores[0].item<float>(), Is.EqualTo(expected).Within(1e-6 * Math.Max(1, Math.Abs(expected))));
    }

    [Test]
    public void Score_MoreConfidentRow_ScoresLower()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new float[,] { { 5, 0, 0 }, { 1, 0, 0 } });
        foreach (var score in (OodScore[])[OodScores.MaxSoftmax(), OodScores.MaxLogit(), OodScores.Energy()])
        {
            var found = score.Score(new(logits, null, null, null, _nothing)).data<float>().ToArray();
            Assert.That(found[0], Is.LessThan(found[1]), score.ToString());
        }
    }

    [TestCase(0.0)]
    [TestCase(-1.0)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void Energy_ImpossibleTemperature_IsRefused(double temperature)
        => Assert.That(() => OodScores.Energy(temperature), Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("temperature").And.Message.Contains("the paper uses 1"));

    [Test]
    public void Scores_WithTheSameParameters_AreEqual()
    {
        var energy = OodScores.Energy(2);
        Assert.That(energy, Is.EqualTo(OodScores.Energy(2)).And.Not.EqualTo(OodScores.Energy()));
        Assert.That(OodScores.MaxSoftmax(), Is.Not.EqualTo(OodScores.MaxLogit()));
    }
}
