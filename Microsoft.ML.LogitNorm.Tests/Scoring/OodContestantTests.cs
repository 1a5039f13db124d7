using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

/// <summary>What puts a score out of a comparison, and what ends the comparison.</summary>
public sealed class OodContestantTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Test]
    public void Compare_ScoreThatCannotWorkWithTheRows_IsOutAlone()
    {
        var result = Compare(new Throwing(() => new OodScoreException("these rows will not do")));
        Assert.That(result.Results.Select(score => score.Failure), Is.EqualTo(new[] { null, "these rows will not do" }));
    }

    // Such as a bug, or memory that has run out: not a line in a table.
    [TestCase(typeof(InvalidOperationException))]
    [TestCase(typeof(ObjectDisposedException))]
    [TestCase(typeof(System.Runtime.InteropServices.ExternalException))]
    [TestCase(typeof(ArgumentException))]
    public void Compare_AnyOtherError_EndsTheComparison(Type type)
        => Assert.That(
            () => Compare(new Throwing(() => (Exception)Activator.CreateInstance(type, "something else")!)),
            Throws.TypeOf(type).With.Message.Contains("something else"));

    private OodScoreComparison Compare(OodScore score)
    {
        using var model = UntrainedModel.Create(_ml);
        return _ml.AnomalyDetection.CompareOodScores(
            model,
            TinyImages.View(_ml, 20),
            new Dictionary<string, IDataView> { ["set"] = TinyImages.View(_ml, 20, seed: 5) },
            new() { Scores = [OodScores.MaxSoftmax(), score] });
    }

    private sealed record Throwing(Func<Exception> Error) : OodScore
    {
        internal override Tensor Score(in OodBatch batch) => throw Error();
    }
}
