using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Onnx;

[TestFixture]
public sealed class OnnxScoresTests
{
    private const int Rows = 96;

    private readonly MLContext _ml = new(seed: 1);
    private TransformerChain<LogitNormModel> _model = null!;

    [OneTimeSetUp]
    public void Train() => _model = TinyImages.Pipeline(_ml).Fit(TinyImages.View(_ml, Rows));

    [OneTimeTearDown]
    public void Free() => _model.Dispose();

    // The chains share the model; what is a test's own is its scores.
    private readonly List<OodScoreTransformer> _scores = [];

    [TearDown]
    public void FreeScores()
    {
        _scores.ForEach(score => score.Dispose());
        _scores.Clear();
    }

    private static IEnumerable<OodScore> Exportable()
        => OodScores.All.Where(score => score is not Odin).Select(Smaller).Concat(
        [
            OodScores.Default(), OodScores.Energy(2.5), OodScores.GeneralizedEntropy(0.3, 2), OodScores.Odin(10, epsilon: 0),
            OodScores.Mahalanobis(null, normalize: true), OodScores.RelativeMahalanobis(0.1, normalize: true), OodScores.Relation(2.5),
            OodScores.Fdbd(distanceToMean: false), OodScores.Vra(30, 60),
            OodScores.Fuse(OodScores.NearestNeighbours(3), OodScores.Fuse(OodScores.MaxLogit(), OodScores.Dice(50))),
        ]);

    // So few rows and so small an embedding as here need other hyper-parameters than the defaults.
    private static OodScore Smaller(OodScore score) => score switch
    {
        NearestNeighbours => OodScores.NearestNeighbours(5),
        Mahalanobis => OodScores.Mahalanobis(0.01),
        RelativeMahalanobis => OodScores.RelativeMahalanobis(0.01),
        _ => score,
    };

    [TestCaseSource(nameof(Exportable))]
    public void Export_AScoreThatNeedsNoGradient_GivesWhatTheModelGives(OodScore score)
    {
        var scored = Scored(score);
        using var file = new ExportedFile(scored);

        var rows = TinyImages.Rows(300, seed: 3);
        float[] expected = [.. scored.Transform(_ml.Data.LoadFromEnumerable(rows)).GetColumn<float>("OodScore")];
        var found = file.Run<float>("OodScore", rows);

        Assert.That(expected.Distinct().Count(), Is.GreaterThan(50), "a score that is always the same would show nothing");
        var differing = found.Zip(expected, (own, other) => Math.Abs(own - other)).Count(difference => difference > 1e-4 * expected.Max(Math.Abs));
        // By a rank, where two softmax values next to 1 differ by their rounding only.
        Assert.That(differing, Is.LessThanOrEqualTo(score is Fuse ? 6 : 0));
        Assert.That(file.Metadata["score.OodScore"], Is.EqualTo(score.ToString()));
    }

    [Test]
    public void Export_AScoreOfStrangersFarAway_GivesWhatTheModelGives()
    {
        var scored = Scored(OodScores.Default());
        using var file = new ExportedFile(scored);

        // White noise: beyond all ranks, where the tail goes on.
        var random = new Random(4);
        var rows = TinyImages.Rows(100, seed: 3);
        foreach (var row in rows)
            random.NextBytes(row.Image);
        float[] expected = [.. scored.Transform(_ml.Data.LoadFromEnumerable(rows)).GetColumn<float>("OodScore")];
        var found = file.Run<float>("OodScore", rows);

        Assert.That(expected.Min(), Is.GreaterThan(5), "far from the training rows");
        Assert.That(found.Zip(expected, (own, other) => Math.Abs(own - other) / other).Max(), Is.LessThan(1e-4));
    }

    [Test]
    public void Export_Odin_IsRefusedByNameAndSaysWhatCan()
    {
        var scored = Scored(OodScores.Odin(10, 0.01));
        var thrown = Assert.Throws<NotSupportedException>(() => _ = new ExportedFile(scored));
        Assert.That(thrown!.Message, Does.Contain("Odin(Temperature = 10, Epsilon = 0.01)").And.Contain("gradients").And.Contain("All other scores"));
    }

    [Test]
    public void Export_APartOfAFuseThatNeedsGradients_IsRefusedByName()
    {
        var scored = Scored(OodScores.Fuse(OodScores.MaxLogit(), OodScores.Odin(10, 0.01)));
        Assert.That(() => _ = new ExportedFile(scored), Throws.TypeOf<NotSupportedException>().With.Message.Contains("Odin"));
    }

    [Test]
    public void Export_TwoScoresWithTheSameLayers_ComputesTheLayersOnce()
    {
        var one = Scored(OodScores.NearestNeighbours(5));
        var second = Scored(OodScores.NnGuide(), "Other", one);
        using var alone = new ExportedFile(one);
        using var both = new ExportedFile(second);

        Assert.That(both.Bytes, Has.Length.LessThan(1.5 * alone.Bytes.Length));
        var rows = TinyImages.Rows(20, seed: 3);
        Assert.That(both.Run<float>("OodScore", rows), Is.EqualTo(alone.Run<float>("OodScore", rows)));
        Assert.That(both.Export.Outputs.Select(output => output.Name), Has.Member("Other"));
    }

    private TransformerChain<OodScoreTransformer> Scored(OodScore score, string column = "OodScore", TransformerChain<OodScoreTransformer>? behind = null)
    {
        var model = (ITransformer?)behind ?? _model;
        var fitted = _ml.Transforms.OodScore(score, outputColumnName: column).Fit(model.Transform(TinyImages.View(_ml, Rows)));
        _scores.Add(fitted);
        return new TransformerChain<ITransformer>(model).Append(fitted);
    }
}
