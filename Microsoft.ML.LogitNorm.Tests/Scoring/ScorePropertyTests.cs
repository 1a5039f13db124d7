using FsCheck;
using FsCheck.Fluent;
using Microsoft.ML.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

/// <summary>What holds for every score, present and future.</summary>
[TestFixture]
public sealed class ScorePropertyTests
{
    private readonly MLContext _ml = new(seed: 1);
    private LogitNormModel _model = null!;
    private IDataView _training = null!;

    // Small training sets have few neighbours and covariances that are nearly singular.
    private static OodScore[] EveryScore() =>
    [
        .. OodScores.All.Select(score => score switch
        {
            NearestNeighbours => OodScores.NearestNeighbours(5, bankSize: 50),
            Mahalanobis => OodScores.Mahalanobis(1e-3),
            RelativeMahalanobis => OodScores.RelativeMahalanobis(1e-3),
            _ => score,
        }),
        OodScores.Mahalanobis(shrinkage: null, normalize: true),
        OodScores.RelativeMahalanobis(shrinkage: null),
        OodScores.NearestNeighbours(1),
        OodScores.Relation(2, bankSize: 50),
        OodScores.Fdbd(distanceToMean: false),
        OodScores.Odin(1000, 0),
        OodScores.Fuse(OodScores.MaxSoftmax(), OodScores.GradNorm()),
        OodScores.Fuse(OodScores.Energy(), OodScores.NearestNeighbours(3), OodScores.Odin(1, 0.01)),
    ];

    [OneTimeSetUp]
    public void Train()
    {
        var chain = TinyImages.Pipeline(_ml, TinyImages.Options with { Epochs = 6 }).Fit(TinyImages.View(_ml, 120));
        _model = chain.LastTransformer;
        _training = chain.Transform(TinyImages.View(_ml, 120));
    }

    [OneTimeTearDown]
    public void Free() => _model.Dispose();

    [TestCaseSource(nameof(EveryScore))]
    public void Score_RowsPermutedOrSplit_StaysWithItsRow(OodScore score)
    {
        using var transformer = Fit(score);
        var rows = TinyImages.Rows(140, seed: 4);
        var expected = Scores(transformer, rows);
        var spread = expected.Max() - expected.Min();
        Assert.That(spread, Is.Positive);

        Prop.ForAll(ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<PositiveInt>(), (seed, take) =>
        {
            var order = Enumerable.Range(0, rows.Count).ToArray();
            new System.Random(seed).Shuffle(order);
            order = order[..(1 + take.Get % rows.Count)];   // fewer rows, so other batches
            AssertAlike(score, Scores(transformer, [.. order.Select(i => rows[i])]), [.. order.Select(i => expected[i])], Tolerance(score, expected));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(8));
    }

    [TestCaseSource(nameof(EveryScore))]
    public void Score_SavedAndLoaded_IsEqualToTheBit(OodScore score)
    {
        using var transformer = Fit(score);
        var chain = new TransformerChain<ITransformer>(_model, transformer);   // the model outlives it
        using var file = new MemoryStream();
        var data = TinyImages.View(_ml, 140, seed: 4);
        _ml.Model.Save(chain, data.Schema, file);
        file.Position = 0;
        var loaded = new MLContext().Model.Load(file, out _);

        Assert.That(loaded.Transform(data).GetColumn<float>("OodScore"), Is.EqualTo(chain.Transform(data).GetColumn<float>("OodScore")));
        Assert.That(((IEnumerable<ITransformer>)loaded).OfType<OodScoreTransformer>().Single().Score, Is.EqualTo(score));
        ((IDisposable)loaded).Dispose();
    }

    [TestCaseSource(nameof(EveryScore))]
    public void Score_OfAPredictionEngine_EqualsTheBatch(OodScore score)
    {
        using var transformer = Fit(score);
        var chain = new TransformerChain<ITransformer>(_model, transformer);
        var rows = TinyImages.Rows(140, seed: 4);
        var expected = Scores(transformer, rows);
        using var engine = _ml.Model.CreatePredictionEngine<TinyImages.Row, TinyImages.Prediction>(
            chain, new PredictionEngineOptions { OwnsTransformer = false });
        foreach (var i in (int[])[0, 1, 127, 128, 139])
            Assert.That(engine.Predict(rows[i]).OodScore, Is.EqualTo(expected[i]).Within(Tolerance(score, expected)), $"row {i}");
    }

    // The logits of a score that takes the image come from there.
    private static IEnumerable<OodScore> EveryScoreOfLogitsAndEmbedding() => EveryScore().Where(score => !score.Needs.HasFlag(OodInputs.Rows));

    [TestCaseSource(nameof(EveryScoreOfLogitsAndEmbedding))]
    public void Score_OfExtremeRows_IsANumber(OodScore score)
    {
        var network = NetworkOf.View(_training);
        var size = (int)network.Classifier.HeadWeight.shape[1];
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        // Logits of ±1000, all alike and all 0, an embedding of zeros, a large one, and one with a single feature.
        var logits = tensor(new float[,] { { 1000, -1000, 0 }, { 0, 0, 0 }, { 1000, 1000, 1000 }, { -1000, -1000, -1000 } });
        var embedding = stack([zeros(size), zeros(size), ones(size) * 100, nn.functional.one_hot(tensor(3L), size).to(float32)]);
        // Layer statistics of nothing, of what never was, and of what is large in one of them.
        var count = ((VectorDataViewType)_training.Schema["LayerStatistics"].Type).Size;
        var statistics = stack([zeros(count), ones(count) * -100, ones(count) * 1e6f, nn.functional.one_hot(tensor(3L), count).to(float32)]);
        using var log = new ContextLog(((Microsoft.ML.Runtime.IHostEnvironment)_ml).Register("test"), "test");
        using var learned = LearnedScore.From(score, _training, heldOut: null, new(), log);
        Assert.That(score.Compute(new(logits, embedding, network, null, learned.Tensors, LayerStatistics: statistics)), Is.All.Matches<float>(float.IsFinite));
    }

    [TestCaseSource(nameof(EveryScore))]
    public void Score_FitTwice_LearnsTheSame(OodScore score)
    {
        using var first = Fit(score);
        using var second = Fit(score);
        var rows = TinyImages.Rows(20, seed: 5);
        Assert.That(Scores(first, rows), Is.EqualTo(Scores(second, rows)));
    }

    // A float32 of size s carries an error of some 1e-7 · s; 1e-4 of the spread is what the golden tests allow.
    private static float Tolerance(OodScore score, float[] scores) => score is NearestNeighbours
        ? 1e-6f   // 2 − 2ab of directions a and b: rounded as numbers of size 1 are, however small the distance
        : Math.Max(1e-4f * (scores.Max() - scores.Min()), 1e-6f * scores.Max(Math.Abs));

    // Other batches round otherwise, which may take a row's part of a fused score to the other side of a row that it is ranked by: −2 ln p then differs by a
    // rank, at most that from the first to the second.
    private static void AssertAlike(OodScore score, float[] found, float[] expected, float tolerance)
    {
        const int MostByARank = 2;
        if (!score.RanksRows)
        {
            Assert.That(found, Is.EqualTo(expected).Within(tolerance));
            return;
        }
        double[] differences = [.. found.Zip(expected, (left, right) => Math.Abs(left - (double)right))];
        Assert.That(differences, Is.All.AtMost(2 * Math.Log(2)));
        Assert.That(differences.Count(difference => difference > tolerance), Is.AtMost(MostByARank));
    }

    private OodScoreTransformer Fit(OodScore score) => _ml.Transforms.OodScore(score).Fit(_training);

    private float[] Scores(OodScoreTransformer transformer, IReadOnlyList<TinyImages.Row> rows)
        => [.. transformer.Transform(_model.Transform(_ml.Data.LoadFromEnumerable(rows))).GetColumn<float>("OodScore")];
}
