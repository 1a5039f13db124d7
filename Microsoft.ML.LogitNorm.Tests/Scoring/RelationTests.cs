using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

[TestFixture]
public sealed class RelationTests
{
    // One row is the same in direction and prediction, one opposite, one at a right angle, one below 0.03 by its prediction.
    [TestCase(1, -1 - 0.5)]
    [TestCase(2, -1 - 0.25)]
    public void Score_CountedByHand(double power, double expected)
    {
        using var scope = NewDisposeScope();
        var bank = tensor(new float[,] { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 1, 0 }, { 1, 0 } });
        var probabilities = tensor(new float[,] { { 1, 0 }, { 1, 0 }, { 1, 0 }, { 0.02f, 0.98f }, { 0.5f, 0.5f } });
        Assert.That(Score(OodScores.Relation(power), bank, probabilities, tensor(new float[,] { { 7, 0 } })), Is.EqualTo(new[] { expected }).Within(1e-6));
    }

    // Sums go over blocks of the bank.
    [Test]
    public void Score_OfABankOfSeveralBlocks_IsTheSumOverItsParts()
    {
        const int Rows = 40_000;
        using var scope = NewDisposeScope();
        var bank = nn.functional.normalize(rand(Rows, 4, generator: new Generator(1)), dim: 1);
        var probabilities = rand(Rows, 2, generator: new Generator(2)).softmax(1);
        var embedding = rand(3, 4, generator: new Generator(3));
        var parts = Enumerable.Range(0, 8).Select(i => Score(
            OodScores.Relation(2), bank.narrow(0, 5_000 * i, 5_000), probabilities.narrow(0, 5_000 * i, 5_000), embedding)).ToArray();
        var expected = Enumerable.Range(0, 3).Select(row => parts.Sum(part => (double)part[row])).ToArray();
        Assert.That(Score(OodScores.Relation(2), bank, probabilities, embedding), Is.EqualTo(expected).Within(1e-4).Percent);
    }

    // Logits whose softmax is (1, 0).
    private static float[] Score(OodScore score, Tensor bank, Tensor probabilities, Tensor embedding)
    {
        var logits = tensor(new float[,] { { 1000, 0 } }).expand(embedding.shape[0], 2);
        return score.Compute(new(logits, embedding, null, null, new Dictionary<string, Tensor> { ["Bank"] = bank, ["Probabilities"] = probabilities }));
    }
}
