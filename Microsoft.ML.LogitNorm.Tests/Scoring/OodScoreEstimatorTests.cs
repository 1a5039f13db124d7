using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

[TestFixture]
public sealed class OodScoreEstimatorTests
{
    private readonly MLContext _ml = new(seed: 1);
    private TransformerChain<LogitNormModel> _model = null!;

    [OneTimeSetUp]
    public void Train() => _model = TinyImages.Pipeline(_ml).Fit(TinyImages.View(_ml, 96));

    [OneTimeTearDown]
    public void Free() => _model.Dispose();

    // One for each thing that a score may need or learn from; ScorePropertyTests has them all.
    private static OodScore[] EveryKind()
        => [OodScores.Energy(2), OodScores.GradNorm(), OodScores.Scale(), OodScores.Odin(1, 0.01), OodScores.NearestNeighbours(5), OodScores.Mahalanobis(1e-3)];

    [TestCaseSource(nameof(EveryKind))]
    public void Fit_InAPipelineBuiltBeforeTraining_ScoresBatchesAndSingleRowsAlike(OodScore score)
    {
        // 300 rows are two full batches and a part of one.
        var rows = TinyImages.Rows(300, seed: 3);
        using var chain = TinyImages.Pipeline(_ml).Append(_ml.Transforms.OodScore(score)).Fit(TinyImages.View(_ml, 96));
        float[] batch = [.. chain.Transform(_ml.Data.LoadFromEnumerable(rows)).GetColumn<float>("OodScore")];
        Assert.That(batch, Has.Length.EqualTo(300).And.All.Matches<float>(float.IsFinite));
        Assert.That(batch.Distinct().Count(), Is.GreaterThan(50));

        using var engine = _ml.Model.CreatePredictionEngine<TinyImages.Row, TinyImages.Prediction>(
            chain, new PredictionEngineOptions { OwnsTransformer = false });
        foreach (var i in (int[])[0, 127, 128, 299])
            Assert.That(engine.Predict(rows[i]).OodScore, Is.EqualTo(batch[i]).Within(1e-5 * Math.Max(1, Math.Abs(batch[i]))), $"row {i}");
        chain.LastTransformer.Dispose();
    }

    [TestCaseSource(nameof(EveryKind))]
    public void Transform_EachRow_EqualsTheScoreOfItsTensors(OodScore score)
    {
        var data = _model.Transform(TinyImages.View(_ml, 130, seed: 6));
        using var transformer = Fit(score);
        float[] found = [.. transformer.Transform(data).GetColumn<float>("OodScore")];

        using var scope = NewDisposeScope();
        using var gradient = no_grad();
        var network = NetworkOf.View(data);
        var learned = score.LearnsFrom is null ? new Dictionary<string, Tensor>()
            : score.Learn(new(Matrix(Training, "Logits"), Matrix(Training, "Embedding"), null, null, new Dictionary<string, Tensor>(), arange(96, int64) % 3));
        var pixels = tensor(data.GetColumn<byte[]>("Image").SelectMany(image => image).ToArray())
            .view(130, 3, TinyImages.Size, TinyImages.Size)
            .permute(0, 2, 3, 1);
        var expected = score.Compute(new(Matrix(data, "Logits"), Matrix(data, "Embedding"), network, pixels, learned));
        // Beside the share a float32's rounding of 1: distances are differences of numbers of that size.
        Assert.That(found, Is.EqualTo(expected).Using<float, float>((left, right) => Math.Abs(left - right) <= (1e-4 * Math.Abs(right)) + 1e-6));
    }

    [Test]
    public void Transform_GradientsByTheImage_WorkThoughScoringNeedsNone()
    {
        // Without a step at temperature 1 it is the softmax score; each step makes the network surer.
        float[] still = [.. Scored(OodScores.Odin(1, 0))], softmax = [.. Scored(OodScores.MaxSoftmax())], stepped = [.. Scored(OodScores.Odin(1, 0.01))];
        Assert.That(still, Is.EqualTo(softmax).Within(1e-5f));
        Assert.That(stepped.Zip(still).Count(pair => pair.First < pair.Second + 1e-6), Is.GreaterThan(55));
        Assert.That(stepped.Average(), Is.LessThan(still.Average()));

        var parameters = NetworkOf.View(_model.Transform(TinyImages.View(_ml, 1))).Classifier.parameters();
        Assert.That(parameters.Select(parameter => parameter.grad is null), Is.All.True, "the network keeps nothing of it");
    }

    [Test]
    public void Transform_GradientsByTheImage_FromFourThreads_GiveTheAnswersOfOne()
    {
        var expected = Scored(OodScores.Odin(1, 0.01)).ToArray();
        var others = Enumerable.Range(0, 4)
            .Select(_ => Task.Factory.StartNew(() => Scored(OodScores.Odin(1, 0.01)).ToArray(), TaskCreationOptions.LongRunning))
            .ToArray();
        foreach (var other in others)
            Assert.That(other.Result, Is.EqualTo(expected).Within(1e-5f));
    }

    [Test]
    public void Fit_LearningScore_KnowsItsTrainingRows()
    {
        using var transformer = Fit(OodScores.NearestNeighbours(1));
        Assert.That(transformer.Transform(Training).GetColumn<float>("OodScore"), Is.All.EqualTo(0).Within(1e-3));
        Assert.That(transformer.Transform(_model.Transform(TinyImages.View(_ml, 60, seed: 8))).GetColumn<float>("OodScore").Average(), Is.GreaterThan(1e-3));
    }

    [Test]
    public void Fit_LearningScoreWithoutRows_SaysOnWhatToFit()
        => Assert.That(
            () => _ml.Transforms.OodScore(OodScores.NearestNeighbours(1)).Fit(_model.Transform(TinyImages.View(_ml, 0))),
            Throws.InvalidOperationException
                .With.Message.Contains(
                    "The score NearestNeighbours learns from the training rows, but there are none. Fit it on the data that the network was trained on."));

    [Test]
    public void Fit_ScoreThatLearnsNothing_ReadsNoRow()
    {
        var unreadable = _ml.Data.LoadFromEnumerable(TinyImages.Rows(3).Select(row => row.Id > 0 ? row : throw new AssertionException("A row is read.")));
        Assert.That(() => Fit(OodScores.MaxSoftmax(), _model.Transform(unreadable)), Throws.Nothing);
    }

    [TestCaseSource(nameof(EveryKind))]
    public void ScoreAndDispose_LeavesNoTensors(OodScore score)
    {
        Run();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        Run();
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));

        void Run()
        {
            using var transformer = Fit(score);
            Assert.That(transformer.Transform(_model.Transform(TinyImages.View(_ml, 130))).GetColumn<float>("OodScore").Count(), Is.EqualTo(130));
        }
    }

    [Test]
    public void Transform_SeveralScoresSideBySide_KeepTheirNames()
    {
        var both = _ml.Transforms.OodScore(OodScores.MaxLogit(), "A")
            .Append(_ml.Transforms.OodScore(OodScores.Energy(), "B"))
            .Fit(Training)
            .Transform(Training);
        Assert.That(both.GetColumn<float>("A"), Is.EqualTo(Scored(OodScores.MaxLogit(), Training)));
        Assert.That(both.GetColumn<float>("B"), Is.EqualTo(Scored(OodScores.Energy(), Training)));
        Assert.That(both.Schema.GetColumnOrNull("OodScore"), Is.Null);
    }

    [Test]
    public void Fit_WithoutTheTrainer_NamesTheColumnAndTheTrainer()
        => AssertRefused(OodScores.MaxSoftmax(), TinyImages.View(_ml, 3), "logits column 'Logits'", "Append the LogitNorm trainer");

    [Test]
    public void Fit_EmbeddingDropped_NamesIt()
        => AssertRefused(
            OodScores.GradNorm(), Transformed(_ml.Transforms.DropColumns("Embedding")), "embedding column 'Embedding'", "Append the LogitNorm trainer");

    [Test]
    public void Fit_LogitsDropped_NamesThem()
        => AssertRefused(
            OodScores.Energy(), Transformed(_ml.Transforms.DropColumns("Logits")), "logits column 'Logits'", "'Score'", "Append the LogitNorm trainer");

    [Test]
    public void Fit_LogitsOfAnotherType_NamesBothTypes()
        => AssertRefused(
            OodScores.Energy(),
            Transformed(_ml.Transforms.Conversion.ConvertType("Logits", outputKind: DataKind.Double)),
            "logits column 'Logits': expected Vector<Single>",
            "Double",
            "Append the LogitNorm trainer");

    [Test]
    public void Fit_LogitsMadeAnew_NamesTheScoreThatMissesTheNetwork()
    {
        var anew = Transformed(_ml.Transforms.Conversion.ConvertType("Logits", outputKind: DataKind.Double)
            .Append(_ml.Transforms.Conversion.ConvertType("Logits", outputKind: DataKind.Single)));
        AssertRefused(OodScores.ReAct(), anew, "logits column 'Logits'", "ReAct", "'Network'", "put OodScore directly after the model");
        AssertRefused(OodScores.Odin(), anew, "Odin");
        Assert.That(Scored(OodScores.MaxSoftmax(), anew), Is.EqualTo(Scored(OodScores.MaxSoftmax(), Training)), "scores that need only logits do not mind");
    }

    [Test]
    public void Fit_ImagesDropped_NamesThem()
    {
        var data = Transformed(_ml.Transforms.DropColumns("Image"));
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Fit(OodScores.Odin(), data))!;
        Assert.That(error.Message, Does.Contain("feature column 'Image'"));
    }

    [Test]
    public void Fit_ScoreOfALinearHeadOnAnother_NamesScoreAndHead()
    {
        using var chain = TinyImages.Pipeline(_ml, TinyImages.Options with { Head = Head.Cosine(), Epochs = 1 }).Fit(TinyImages.View(_ml, 96));
        var data = chain.Transform(TinyImages.View(_ml, 96));
        foreach (var score in (OodScore[])[OodScores.Fdbd(), OodScores.Fdbd(false), OodScores.VirtualLogit(), OodScores.Residual(), OodScores.Dice()])
        {
            Assert.That(
                () => TinyImages.Pipeline(_ml, TinyImages.Options with { Head = Head.Cosine() })
                    .Append(_ml.Transforms.OodScore(score))
                    .GetOutputSchema(Shapes.Of(TinyImages.View(_ml, 1).Schema)),
                Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains($"as the score {score.Name} takes them, got logits of another head"),
                "before the training");
            Assert.That(() => Fit(score, data),
                Throws.InstanceOf<ArgumentOutOfRangeException>()
                    .With.Message.Contains($"logits of a linear head, as the score {score.Name} takes them, got logits of Head.Cosine()")
                    .And.Message.Contains("MaxCosine"));
        }
        OodScore[] ofAnyHead =
        [
            OodScores.MaxCosine(), OodScores.ReAct(), OodScores.AshS(), OodScores.Scale(), OodScores.NearestNeighbours(5), OodScores.Odin(),
        ];
        foreach (var score in ofAnyHead)
            Assert.That(Scored(score, data), Is.All.Matches<float>(float.IsFinite), score.Name);
    }

    [TestCase(float.NaN)]
    [TestCase(float.NegativeInfinity)]
    public void Transform_LogitsThatAreNoNumbers_NamesTheRow(float value)
    {
        var data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 200).Select(i => new LogitsRow { Logits = [1, i == 150 ? value : 2] }));
        var scored = Fit(OodScores.MaxSoftmax(), data).Transform(data);
        Assert.That(
            () => scored.GetColumn<float>("OodScore").ToArray(),
            Throws.TypeOf<RowException>().With.Message.Contains("Column 'Logits' holds ").And.Message.Contains("in row 150 (counted from 0)"));
    }

    [Test]
    public void OodScore_NoScoreOrName_IsRefused()
    {
        Assert.That(() => _ml.Transforms.OodScore(null!), Throws.ArgumentNullException);
        Assert.That(() => _ml.Transforms.OodScore(OodScores.Energy(), ""), Throws.ArgumentException);
    }

    [Test]
    public void OodScore_WithoutArgument_IsTheDefault()
    {
        using var score = _ml.Transforms.OodScore().Fit(Training);
        Assert.That(score.Score, Is.EqualTo(OodScores.Default()));
        Assert.That(score.Score.ToString(), Is.EqualTo("Fuse(MaxSoftmax, RelativeLayerGaussian, LayerGaussian)"));
    }

    private IDataView Training => _model.Transform(TinyImages.View(_ml, 96));

    private OodScoreTransformer Fit(OodScore score, IDataView? data = null) => _ml.Transforms.OodScore(score).Fit(data ?? Training);

    private float[] Scored(OodScore score, IDataView? data = null)
    {
        using var transformer = Fit(score, data);
        return [.. transformer.Transform(data ?? _model.Transform(TinyImages.View(_ml, 60, seed: 6))).GetColumn<float>("OodScore")];
    }

    private IDataView Transformed(IEstimator<ITransformer> estimator) => estimator.Fit(Training).Transform(Training);

    private void AssertRefused(OodScore score, IDataView data, params string[] parts)
    {
        var estimator = _ml.Transforms.OodScore(score);
        foreach (Action act in (Action[])[() => estimator.GetOutputSchema(Shapes.Of(data.Schema)), () => estimator.Fit(data)])
        {
            var error = Assert.Throws<ArgumentOutOfRangeException>(act)!;
            foreach (var part in parts)
                Assert.That(error.Message, Does.Contain(part));
        }
    }

    private static Tensor Matrix(IDataView data, string column)
    {
        var rows = data.GetColumn<float[]>(column).ToArray();
        return tensor(rows.SelectMany(row => row).ToArray()).view(rows.Length, -1);
    }

    private sealed class LogitsRow
    {
        [VectorType(2)]
        public float[] Logits { get; set; } = [];
    }
}
