using Microsoft.ML.Data;
using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

[TestFixture]
public sealed class CompareOodScoresTests
{
    private readonly MLContext _ml = new(seed: 1);
    private TransformerChain<LogitNormModel> _model = null!;

    [OneTimeSetUp]
    public void Train() => _model = TinyImages.Pipeline(_ml).Fit(TinyImages.View(_ml, 120));

    [OneTimeTearDown]
    public void Free() => _model.Dispose();

    private IDataView Known => TinyImages.View(_ml, 140, seed: 1);

    private Dictionary<string, IDataView> Unknown => new() { ["inverted"] = Inverted(70), ["grey"] = Grey(130) };

    [Test]
    public void Compare_EachScore_HasTheMetricsOfItsTransformer()
    {
        OodScore[] scores =
        [
            OodScores.MaxSoftmax(), OodScores.GradNorm(), OodScores.Mahalanobis(1e-3), OodScores.VirtualLogit(), OodScores.Odin(1, 0.01),
            OodScores.Fuse(OodScores.Energy(), OodScores.NearestNeighbours(3)),
        ];
        var comparison = _ml.AnomalyDetection.CompareOodScores(_model, Known, Unknown, new() { Scores = scores, TrainingData = TinyImages.View(_ml, 120) });

        Assert.That(comparison.Results.Select(result => result.Score), Is.EquivalentTo(scores));
        Assert.That(comparison.Results.Select(result => result.MeanFprAt95Tpr), Is.Ordered);
        Assert.That(comparison.Best, Is.SameAs(comparison.Results[0]));
        foreach (var result in comparison.Results)
        {
            Assert.That(result.Failure, Is.Null);
            Assert.That(result.MillisecondsPer1000Rows, Is.Positive);
            Assert.That(result.Sets.Select(set => set.Name), Is.EqualTo(new[] { "inverted", "grey" }));
            using var transformer = _ml.Transforms.OodScore(result.Score!).Fit(_model.Transform(TinyImages.View(_ml, 120)));
            foreach (var set in result.Sets)
            {
                var expected = _ml.AnomalyDetection.EvaluateOod(Scored(Known), Scored(Unknown[set.Name]));
                Assert.That(set.Metrics.FprAt95Tpr, Is.EqualTo(expected.FprAt95Tpr).Within(1e-9), $"{result.Score} {set.Name}");
                Assert.That(set.Metrics.Auroc, Is.EqualTo(expected.Auroc).Within(1e-9));
                Assert.That(set.Metrics.AuprIn, Is.EqualTo(expected.AuprIn).Within(1e-9));
            }
            Assert.That(result.MeanAuroc, Is.EqualTo(result.Sets.Average(set => set.Metrics.Auroc)));

            IDataView Scored(IDataView data) => transformer.Transform(_model.Transform(data));
        }
    }

    [Test]
    public void Compare_AllScores_ReadsEachImageOnce()
    {
        var reads = 0;
        var counted = _ml.Data.LoadFromEnumerable(TinyImages.Rows(50, seed: 1).Select(row =>
        {
            reads++;
            return row;
        }));
        var comparison = _ml.AnomalyDetection.CompareOodScores(
            _model, counted, new Dictionary<string, IDataView> { ["grey"] = Grey(20) }, new() { TrainingData = TinyImages.View(_ml, 120) });
        Assert.That(reads, Is.EqualTo(50));
        Assert.That(comparison.Results, Has.Count.EqualTo(OodScores.All.Count));
    }

    [Test]
    public void Compare_NoTrainingData_TakesTheScoresThatLearnNothing()
    {
        var results = _ml.AnomalyDetection.CompareOodScores(_model, Known, Unknown).Results;
        Assert.That(results.Select(result => result.Score), Is.EquivalentTo(OodScores.All.Where(score => score.LearnsFrom is null)));
        Assert.That(
            () => _ml.AnomalyDetection.CompareOodScores(_model, Known, Unknown, new() { Scores = [OodScores.Dice()] }),
            Throws.ArgumentException.With.Message.Contains("The score Dice learns").And.Message.Contains("TrainingData"));
    }

    [Test]
    public void Compare_ScoreThatCannotLearn_FailsAloneAndSaysWhy()
    {
        var comparison = _ml.AnomalyDetection.CompareOodScores(
            _model, Known, Unknown, new() { Scores = [OodScores.NearestNeighbours(500), OodScores.Energy()], TrainingData = TinyImages.View(_ml, 120) });
        var failed = comparison.Results[^1];
        Assert.That(failed.Failure, Does.Contain("looks for 500 neighbours, but its bank has 120 rows"));
        Assert.That((failed.Sets.Count, failed.MeanAuroc, failed.MillisecondsPer1000Rows), Is.EqualTo((0, double.NaN, double.NaN)));
        Assert.That(comparison.Best.Score, Is.EqualTo(OodScores.Energy()));
        Assert.That(comparison.ToMarkdown(), Does.Contain("| NearestNeighbours(K = 500) | The score NearestNeighbours looks for"));
        Assert.That(() => new OodScoreComparison([failed]).Best, Throws.InvalidOperationException);
    }

    [Test]
    public void ToMarkdown_HasARowForEachScoreAndAColumnForEachSet()
    {
        var lines = _ml.AnomalyDetection.CompareOodScores(_model, Known, Unknown, new() { Scores = [OodScores.MaxSoftmax(), OodScores.Energy(2)] })
            .ToMarkdown()
            .TrimEnd('\n')
            .Split('\n');
        Assert.That(lines, Has.Length.EqualTo(4));
        Assert.That(lines[0], Is.EqualTo("| score | inverted | grey | mean | AUPR-in | AUPR-out | ms per 1,000 rows |"));
        Assert.That(lines.Select(line => line.Count(c => c == '|')), Is.All.EqualTo(8));
        Assert.That(lines[2..], Has.Some.StartsWith("| Energy(Temperature = 2) | "));
    }

    [Test]
    public void Compare_BadInput_SaysWhatIsWrong()
    {
        var compare = _ml.AnomalyDetection;
        Assert.That(() => compare.CompareOodScores(null!, Known, Unknown), Throws.ArgumentNullException);
        Assert.That(
            () => compare.CompareOodScores(_model, Known, new Dictionary<string, IDataView>()),
            Throws.ArgumentException.With.Message.Contains("at least one set"));
        Assert.That(
            () => compare.CompareOodScores(_model, TinyImages.View(_ml, 0), Unknown),
            Throws.ArgumentException.With.Message.Contains("no rows in inDistribution"));
        Assert.That(
            () => compare.CompareOodScores(_model, Known, new Dictionary<string, IDataView> { ["none"] = TinyImages.View(_ml, 0) }),
            Throws.ArgumentException.With.Message.Contains("no rows in the set 'none'"));
        Assert.That(
            () => compare.CompareOodScores(_model, Known, new Dictionary<string, IDataView> { ["none"] = null! }),
            Throws.ArgumentException.With.Message.Contains("The set 'none' is null"));
        Assert.That(
            () => compare.CompareOodScores(_model, Known, Unknown, new() { Scores = [] }),
            Throws.ArgumentException.With.Message.Contains("at least one score"));
        Assert.That(() => new OodScoreComparison.Options { Scores = [null!] }, Throws.ArgumentException.With.Message.Contains("of which none is null"));
        var dropped = new TransformerChain<ITransformer>(_model, _ml.Transforms.DropColumns("Logits").Fit(_model.Transform(Known)));
        Assert.That(
            () => compare.CompareOodScores(dropped, Known, Unknown),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("logits column 'Logits'"));
    }

    [Test]
    public void Compare_EmbeddingDropped_PutsOutTheScoresThatNeedItByName()
    {
        var dropped = new TransformerChain<ITransformer>(_model, _ml.Transforms.DropColumns("Embedding").Fit(_model.Transform(Known)));
        foreach (var result in _ml.AnomalyDetection.CompareOodScores(dropped, Known, Unknown, new() { TrainingData = TinyImages.View(_ml, 120) }).Results)
            if ((result.Score!.Needs | (result.Score.LearnsFrom ?? default)).HasFlag(OodInputs.Embedding))
                Assert.That(
                    result.Failure,
                    Does.Contain("embedding column 'Embedding'").And.Not.Contain("(Parameter").And.Contain($"The score {result.Score.Name} needs it"));
            else
                Assert.That(result.Failure, Is.Null, result.Name);
    }

    [Test]
    public void Compare_AllScoresOfACosineHead_PutsOutThoseOfALinearOne()
    {
        using var model = TinyImages.Pipeline(_ml, TinyImages.Options with { Head = Head.Cosine() }).Fit(TinyImages.View(_ml, 120));
        var results = _ml.AnomalyDetection.CompareOodScores(model, Known, Unknown, new() { TrainingData = TinyImages.View(_ml, 120) }).Results;
        Assert.That(
            results.Where(result => result.Failure?.Contains("linear head") ?? false).Select(result => result.Score!.Name),
            Is.EquivalentTo(new[] { "Dice", "Fdbd", "Nci", "Residual", "VirtualLogit" }));
        Assert.That(results.Count(result => result.Failure is null), Is.GreaterThan(15));
    }

    [Test]
    public void Compare_ScoreThatOverflows_IsOutAndNamesTheRow()
    {
        // Logits over a temperature this small are infinite; the other scores do not mind.
        var results = _ml.AnomalyDetection.CompareOodScores(_model, Known, Unknown, new() { Scores = [OodScores.Energy(1e-38), OodScores.MaxLogit()] }).Results;
        Assert.That(
            results[^1].Failure, Does.Contain("The score Energy of row 0 (counted from 0) is").And.Contain("hyper-parameters of Energy(Temperature = 1E-38)"));
        Assert.That(results[^1].Failure, Does.EndWith(" The row has Name 'row 0'."));
        Assert.That(results[0].Sets, Has.Count.EqualTo(2));
    }

    // Behind the first batch, and in rows whose order is not the source's.
    [Test]
    public void Compare_ScoreOfALaterRowIsNotFinite_NamesWhatIsInIt([Values(7, 135)] int bad, [Values] bool shuffled)
    {
        var known = shuffled ? _ml.Data.ShuffleRows(Known, seed: 3) : Known;
        var row = _ml.Data.CreateEnumerable<TinyImages.Row>(known, reuseRowObject: false).ElementAt(bad);
        var results = _ml.AnomalyDetection.CompareOodScores(_model, known, Unknown, new() { Scores = [new NotFinite(bad), OodScores.MaxLogit()] }).Results;
        Assert.That(results[^1].Failure, Does.Contain($"of row {bad} (counted from 0)").And.EndsWith($" The row has Name '{row.Name}'."));
    }

    [Test]
    public void Compare_TrainingRowsWithoutLabel_AreLeftOut()
    {
        var mixed = _ml.Data.LoadFromEnumerable(TinyImages.Rows(130).Select(row =>
        {
            row.Label = row.Id < 120 ? row.Label : "unheard of";
            return row;
        }));
        // Each learns from what its own transformer would: one from the labelled rows, the other from all.
        Assert.That(Auroc(mixed, OodScores.Mahalanobis(1e-3)), Is.EqualTo(Auroc(TinyImages.View(_ml, 120), OodScores.Mahalanobis(1e-3))));
        Assert.That(Auroc(mixed, OodScores.NearestNeighbours(3)), Is.EqualTo(Auroc(TinyImages.View(_ml, 130), OodScores.NearestNeighbours(3))));

        double Auroc(IDataView training, OodScore score)
            => _ml.AnomalyDetection.CompareOodScores(
                _model, Known, Unknown, new() { Scores = [OodScores.Mahalanobis(1e-3), OodScores.NearestNeighbours(3)], TrainingData = training })
                .Results.Single(result => score.Equals(result.Score)).MeanAuroc;
    }

    [Test]
    public void Compare_NoTrainingRowHasALabel_PutsOutTheScoresOfLabelsOnly()
    {
        var unlabelled = _ml.Data.LoadFromEnumerable(TinyImages.Rows(60).Select(row =>
        {
            row.Label = "unheard of";
            return row;
        }));
        var results = _ml.AnomalyDetection.CompareOodScores(
            _model,
            Known,
            Unknown,
            new() { Scores = [OodScores.Mahalanobis(), OodScores.NearestNeighbours(3), OodScores.MaxSoftmax()], TrainingData = unlabelled }).Results;
        Assert.That(results.Where(result => result.Failure is not null).Select(result => result.Score!.Name), Is.EqualTo(new[] { "Mahalanobis" }));
        Assert.That(results[^1].Failure, Does.Contain("none of the 60 training rows has a label in column 'Label'"));
    }

    [Test]
    public void Compare_ColumnOfScores_HasTheMetricsOfItsValues()
    {
        using var energy = _ml.Transforms.OodScore(OodScores.Energy(), "Unusual").Fit(_model.Transform(Known));
        var model = new TransformerChain<ITransformer>(_model, energy);
        var results = _ml.AnomalyDetection.CompareOodScores(
            model, Known, Unknown, new() { Scores = [OodScores.Energy(), OodScores.MaxLogit()], ScoreColumnNames = ["Unusual"] }).Results;
        var (column, score) = (results.Single(result => result.Name == "Unusual"), results.Single(result => result.Score == OodScores.Energy()));
        Assert.That((column.Score, column.Failure), Is.EqualTo(((OodScore?)null, (string?)null)));
        Assert.That(column.Sets.Select(set => set.Metrics), Is.EqualTo(score.Sets.Select(set => set.Metrics)));
        Assert.That(column.InDistributionScores, Is.EqualTo(score.InDistributionScores));

        var alone = _ml.AnomalyDetection.CompareOodScores(model, Known, Unknown, new() { Scores = [], ScoreColumnNames = ["Unusual"] });
        Assert.That(alone.Results.Single().Sets, Is.EqualTo(column.Sets));
        Assert.That(
            () => _ml.AnomalyDetection.CompareOodScores(_model, Known, Unknown, new() { ScoreColumnNames = ["Unusual"] }),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("score column 'Unusual'"));
        Assert.That(
            () => _ml.AnomalyDetection.CompareOodScores(_model, Known, Unknown, new() { ScoreColumnNames = ["Logits"] }),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("expected Single"));
    }

    [Test]
    public void Compare_RowScores_AreKeptUnlessDeclined()
    {
        var kept = _ml.AnomalyDetection.CompareOodScores(_model, Known, Unknown, new() { Scores = [OodScores.MaxLogit()] }).Best;
        var expected = _model.Transform(Known).GetColumn<float[]>("Logits").Select(logits => -logits.Max());
        Assert.That(kept.InDistributionScores, Is.EqualTo(expected).Within(1e-5));
        Assert.That(kept.Sets.Select(set => set.Scores!.Count), Is.EqualTo(new[] { 70, 130 }));
        Assert.That(kept.Sets[0].Metrics.GetRocCurve(), Has.Count.GreaterThan(2));

        var figures = _ml.AnomalyDetection.CompareOodScores(_model, Known, Unknown, new() { Scores = [OodScores.MaxLogit()], KeepRowScores = false }).Best;
        Assert.That(figures.InDistributionScores, Is.Null);
        Assert.That(figures.Sets.Select(set => set.Scores), Is.All.Null);
        Assert.That(figures.MeanAuroc, Is.EqualTo(kept.MeanAuroc));
        Assert.That(figures.ToString(), Does.Contain("Auroc"), "all that is left can be shown");
        Assert.That(() => figures.Sets[0].Metrics.GetRocCurve(), Throws.InvalidOperationException.With.Message.Contains("KeepRowScores"));
    }

    [Test]
    public void Compare_WithoutOdin_LeavesItOutOfAll()
    {
        var results = _ml.AnomalyDetection.CompareOodScores(_model, Known, Unknown, new() { IncludeOdin = false }).Results;
        Assert.That(results.Select(result => result.Score), Is.EquivalentTo(OodScores.All.Where(score => !score.Learns && score is not Odin)));
    }

    [Test]
    public void Compare_Progress_CountsTheRowsOfEachSet()
    {
        var told = new List<OodComparisonProgress>();
        _ml.AnomalyDetection.CompareOodScores(
            _model, Known, Unknown, new() { Scores = [OodScores.NearestNeighbours(3)], TrainingData = TinyImages.View(_ml, 120), Progress = told.Add });
        Assert.That(told.GroupBy(progress => (progress.Set, progress.SetNumber)).Select(set => (set.Key, set.Last().Rows)), Is.EqualTo(new[]
        {
            (("training data", 1), 120L), (("in-distribution", 2), 140L), (("inverted", 3), 70L), (("grey", 4), 130L),
        }));
        Assert.That(told.Select(progress => progress.SetCount), Is.All.EqualTo(4));
    }

    [Test]
    public void Compare_Cancelled_Stops([Values] bool byTheContext)
    {
        var ml = new MLContext(seed: 1);
        using var cancellation = new CancellationTokenSource();
        var options = new OodScoreComparison.Options { Scores = [OodScores.MaxLogit()], CancellationToken = cancellation.Token };
        var endless = ml.Data.LoadFromEnumerable(InTime.Endless(i => TinyImages.Rows(1)[0], stop: byTheContext ? ml.CancelExecution : cancellation.Cancel));
        Assert.That(() => ml.AnomalyDetection.CompareOodScores(_model, endless, Unknown, options), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Compare_LeavesNoTensors()
    {
        Run();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = torch.Tensor.TotalCount;
        Run();
        Assert.That(torch.Tensor.TotalCount, Is.EqualTo(before));

        void Run() => _ml.AnomalyDetection.CompareOodScores(_model, Known, Unknown, new() { TrainingData = TinyImages.View(_ml, 120) });
    }

    // Each batch is scored twice the first time, to warm up.
    private sealed record NotFinite(int Row) : OodScore
    {
        private const int RowsPerBatch = 128;
        private int _calls;

        internal override torch.Tensor Score(in OodBatch batch)
        {
            var scores = batch.Logits!.sum(1).contiguous();
            if (Math.Max(_calls++ - 1, 0) == Row / RowsPerBatch)
                scores[Row % RowsPerBatch] = torch.tensor(float.NaN);
            return scores;
        }
    }

    private IDataView Inverted(int count) => _ml.Data.LoadFromEnumerable(TinyImages.Rows(count, seed: 2).Select(row =>
    {
        row.Image = [.. row.Image.Select(value => (byte)(255 - value))];
        return row;
    }));

    private IDataView Grey(int count) => _ml.Data.LoadFromEnumerable(TinyImages.Rows(count, seed: 3).Select(row =>
    {
        Array.Fill(row.Image, (byte)(row.Id % 256));
        return row;
    }));
}
