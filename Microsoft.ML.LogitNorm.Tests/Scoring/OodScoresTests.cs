using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

[TestFixture]
public sealed class OodScoresTests
{
    private static readonly IReadOnlyDictionary<string, Tensor> _nothing = new Dictionary<string, Tensor>();

    /// <summary>Scores that need no public reference.</summary>
    internal static IEnumerable<OodScore> ScoresCountedByHand => CountedByHand().Select(test => (OodScore)test.Arguments[0]!).Append(OodScores.MaxCosine());

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
        yield return Case("Entropy", OodScores.Entropy(), eighths, Math.Log(8) - 2.0 / 8 * Math.Log(2) - 5.0 / 8 * Math.Log(5));
        yield return Case("Entropy, equal logits", OodScores.Entropy(), [7, 7, 7], Math.Log(3));
        yield return Case("Entropy, logits of 1000", OodScores.Entropy(), [1000, -1000, 0], 0);
        yield return Case("GeneralizedEntropy, gamma = 0.5, one class", OodScores.GeneralizedEntropy(0.5, 1), eighths, Math.Sqrt(15) / 8);
        yield return Case("GeneralizedEntropy, logits of 1000", OodScores.GeneralizedEntropy(), [1000, -1000, 0], 0);

        static TestCaseData Case(string name, OodScore score, float[] logits, double expected)
            => new TestCaseData(score, logits, expected).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(CountedByHand))]
    public void Score_CountedByHand(OodScore score, float[] logits, double expected)
    {
        using var scope = NewDisposeScope();
        // Another row beside it, so that a score over the whole batch shows.
        var scores = score.Compute(new(stack([tensor(logits), ones(logits.Length) * 3]), null, null, null, _nothing));
        Assert.That(scores, Has.Length.EqualTo(2));
        Assert.That(scores[0], Is.EqualTo(expected).Within(1e-6 * Math.Max(1, Math.Abs(expected))));
    }

    [Test]
    public void MaxCosine_CountedByHand()
    {
        // Weights along (1, 0) and (3, 4): their lengths do not count, nor does the embedding's.
        using var scope = NewDisposeScope();
        using var network = HeadOnly.Create(tensor(new float[,] { { 2, 0 }, { 3, 4 } }), zeros(2));
        var embedding = tensor(new float[,] { { 7, 0 }, { 0, 2 }, { -1, 0 }, { 0, 0 } });

        var scores = OodScores.MaxCosine().Compute(new(zeros(4, 2), embedding, network, null, _nothing));

        Assert.That(scores, Is.EqualTo(new[] { -1f, -0.8f, 0.6f, 0 }).Within(1e-6f));
    }

    [Test]
    public void Score_MoreConfidentRow_ScoresLower()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new float[,] { { 5, 0, 0 }, { 1, 0, 0 } });
        foreach (var score in (OodScore[])[OodScores.MaxSoftmax(), OodScores.MaxLogit(), OodScores.Energy()])
        {
            var found = score.Compute(new(logits, null, null, null, _nothing));
            Assert.That(found[0], Is.LessThan(found[1]), score.ToString());
        }
    }

    [TestCase(0.0)]
    [TestCase(-1.0)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void Energy_ImpossibleTemperature_IsRefused(double temperature)
        => Assert.That(
            () => OodScores.Energy(temperature),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("temperature").And.Message.Contains("the paper uses 1"));

    [Test]
    public void Scores_WithTheSameParameters_AreEqual()
    {
        var energy = OodScores.Energy(2);
        Assert.That(energy, Is.EqualTo(OodScores.Energy(2)).And.Not.EqualTo(OodScores.Energy()));
        Assert.That(OodScores.MaxSoftmax(), Is.Not.EqualTo(OodScores.MaxLogit()));
    }
}
