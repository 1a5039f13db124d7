using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

/// <summary>What a user reads when a score cannot be made, or cannot learn: which score, what it found, what to do.</summary>
[TestFixture]
public sealed class LearningScoreErrorTests
{
    private readonly MLContext _ml = new(seed: 1);

    private static IEnumerable<TestCaseData> BadParameters()
    {
        foreach (var percentile in (double[])[0, 100, -1, 101, double.NaN])
        {
            yield return Case(() => OodScores.ReAct(percentile), "percentile", "the paper uses 90", percentile);
            yield return Case(() => OodScores.AshB(percentile), "percentile", "the paper uses 65", percentile);
            yield return Case(() => OodScores.AshS(percentile), "percentile", "the paper uses 90", percentile);
            yield return Case(() => OodScores.Scale(percentile), "percentile", "the paper uses 85", percentile);
            yield return Case(() => OodScores.Dice(percentile), "percentile", "the paper uses 90", percentile);
        }
        yield return Case(() => OodScores.NearestNeighbours(0), "k", "number 1", 0);
        yield return Case(() => OodScores.NearestNeighbours(5, 4), "bankSize", "A bank of 4 rows has no neighbour number 5", 4);
        yield return Case(() => OodScores.NnGuide(0), "k", "At least 1 neighbour", 0);
        yield return Case(() => OodScores.NnGuide(5, 4), "bankSize", "A bank of 4 rows has no 5 neighbours", 4);
        yield return Case(() => OodScores.Relation(0), "power", "a number above 0", 0);
        yield return Case(() => OodScores.Relation(double.PositiveInfinity), "power", "a number above 0", double.PositiveInfinity);
        yield return Case(() => OodScores.Relation(1, 0), "bankSize", "at least 1 row", 0);
        yield return Case(() => OodScores.Vra(0), "low", "10 is usual", 0);
        yield return Case(() => OodScores.Vra(10, 100), "high", "90 is usual", 100);
        yield return Case(() => OodScores.Vra(90, 90), "high", "above the low one, which is 90", 90);
        yield return Case(() => OodScores.Nci(-1), "alpha", "at least 0", -1);
        yield return Case(() => OodScores.Nci(double.NaN), "alpha", "at least 0", double.NaN);
        yield return Case(() => OodScores.GeneralizedEntropy(0), "gamma", "the paper uses 0.1", 0);
        yield return Case(() => OodScores.GeneralizedEntropy(1), "gamma", "the paper uses 0.1", 1);
        yield return Case(() => OodScores.GeneralizedEntropy(0.1, 0), "topClasses", "At least 1 class", 0);
        yield return Case(() => OodScores.Mahalanobis(-1), "shrinkage", "at least 0", -1);
        yield return Case(() => OodScores.RelativeMahalanobis(double.NaN), "shrinkage", "at least 0", double.NaN);
        yield return Case(() => OodScores.VirtualLogit(0), "dimension", "at least 1", 0);
        yield return Case(() => OodScores.Residual(-2), "dimension", "at least 1", -2);
        yield return Case(() => OodScores.Odin(0), "temperature", "the paper uses 1000", 0);
        yield return Case(() => OodScores.Odin(1, -0.1), "epsilon", "the LogitNorm authors use 0.0014", -0.1);
        yield return Case(() => OodScores.Odin(1, 1), "epsilon", "as a share of the pixels' range", 1);

        static TestCaseData Case(Action make, string parameter, string says, double value)
            => new TestCaseData(make, parameter, says).SetArgDisplayNames(parameter, says, value.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [TestCaseSource(nameof(BadParameters))]
    public void OodScores_ImpossibleParameter_IsRefused(Action make, string parameter, string says)
        => Assert.That(make, Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo(parameter).And.Message.Contains(says));

    [Test]
    public void Fuse_FewerThanTwoOrNull_IsRefused()
    {
        Assert.That(() => OodScores.Fuse(), Throws.ArgumentException.With.Message.Contains("at least 2 scores; got 0"));
        Assert.That(() => OodScores.Fuse(OodScores.Energy()), Throws.ArgumentException.With.Message.Contains("at least 2 scores; got 1"));
        Assert.That(() => OodScores.Fuse(OodScores.Energy(), null!), Throws.ArgumentException.With.Message.Contains("got 1"));
    }

    [Test]
    public void Fit_MoreNeighboursThanRows_SaysHowManyThereAre()
        => AssertRefused(
            OodScores.NearestNeighbours(50), Rows(30), "The score NearestNeighbours looks for 50 neighbours, but its bank has 30 rows", "a smaller k");

    [Test]
    public void Fit_NnGuideWithMoreNeighboursThanRows_SaysHowManyThereAre()
        => AssertRefused(OodScores.NnGuide(31), Rows(30), "The score NnGuide looks for 31 neighbours, but its bank has 30 rows");

    [Test]
    public void Fit_ClassWithASingleRow_IsNamed()
        => AssertRefused(OodScores.Mahalanobis(), [.. Rows(30).Where(row => row.Label != 1), new() { Label = 1 }],
            "The score Mahalanobis needs training rows of each class, at least 2: class 1 has 1 (counted from 0)", "give the class more rows");

    [Test]
    public void Fit_ClassNeverPredictedRightly_IsNamed()
        => AssertRefused(OodScores.SimplifiedHopfield(), [.. Rows(30).Select(row => { row.Logits[0] = -9; return row; })],
            "The score SimplifiedHopfield needs rows that are predicted rightly of each class, at least 1: class 0 has 0", "Train the network longer");

    [Test]
    public void Fit_FeatureThatNeverVaries_SaysThatTheCovarianceIsSingular()
    {
        var rows = Rows(60);
        foreach (var row in rows)
            row.Embedding[1] = 0;
        foreach (var score in (OodScore[])[OodScores.Mahalanobis(), OodScores.RelativeMahalanobis()])
            AssertRefused(
                score,
                rows,
                $"The score {score.Name} cannot invert the covariance of the embedding: it is singular",
                "in 1 of 4 directions",
                $"Give OodScores.{score.Name} a shrinkage, such as 1e-3");
        AssertRefused(OodScores.Mahalanobis(1e-14), rows, "Give OodScores.Mahalanobis a shrinkage above 1E-14");
        var scores = Fit(OodScores.Mahalanobis(1e-3), rows).Transform(View(rows)).GetColumn<float>("OodScore");
        Assert.That(scores, Is.All.GreaterThanOrEqualTo(0).And.All.LessThan(100));
    }

    [Test]
    public void Fit_PrincipalSpaceAsLargeAsTheEmbedding_SaysWhatIsLeft()
    {
        using var model = UntrainedModel.Create(_ml);
        var mapped = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(_ml, 3)).Transform(TinyImages.View(_ml, 30));
        foreach (var score in (OodScore[])[OodScores.VirtualLogit(64), OodScores.Residual(100)])
            Assert.That(() => _ml.Transforms.OodScore(score).Fit(model.Transform(mapped)),
                Throws.TypeOf<OodScoreException>()
                    .With.Message.Contains($"The score {score.Name} has a principal space of")
                    .And.Message.Contains("column 'Embedding' has 64")
                    .And.Message.Contains("a dimension below 64; 32 is the default"));
    }

    [Test]
    public void Fit_LabelsOfAnotherNumberOfClasses_NamesBoth()
        => Assert.That(() => _ml.Transforms.OodScore(OodScores.SimplifiedHopfield(), labelColumnName: "Kind").Fit(View(Rows(30))),
            Throws.InstanceOf<ArgumentOutOfRangeException>()
                .With.Message.Contains("label column 'Kind': expected 3 classes, as column 'Logits' has, got 5 classes")
                .And.Message.Contains("The score SimplifiedHopfield learns from the labels of the network's own classes"));

    [Test]
    public void Fit_RowsWithoutLabel_AreLeftOutWithAWarning()
    {
        var warnings = new List<string>();
        var ml = new MLContext();
        ml.Log += (_, message) => warnings.Add(message.Message);
        using var with = ml.Transforms.OodScore(OodScores.Mahalanobis()).Fit(View([.. Rows(30), new() { Label = 3 }, new() { Label = 3 }]));
        using var without = Fit(OodScores.Mahalanobis(), Rows(30));
        Assert.That(with.Transform(View(Rows(5))).GetColumn<float>("OodScore"), Is.EqualTo(without.Transform(View(Rows(5))).GetColumn<float>("OodScore")));
        Assert.That(warnings, Has.Some.Contains("2 rows have no label, or one that is not among the classes; the score Mahalanobis does not learn from them."));
        AssertRefused(
            OodScores.Mahalanobis(),
            [new() { Label = 3 }],
            "The score Mahalanobis learns from labelled rows, but none of the 1 training rows has a label in column 'Label'");
    }

    [Test]
    public void Fit_PartOfFuseThatCannotLearn_SaysHowManyRowsItHad()
        => AssertRefused(OodScores.Fuse(OodScores.Energy(), OodScores.NearestNeighbours(45)), Rows(55),
            "A part of the score Fuse, which learns from 44 of the 55 rows", "looks for 45 neighbours, but its bank has 44 rows");

    [Test]
    public void Fit_FuseOnRowsThatCycleThroughFiveClasses_HasAllClassesOnBothSides()
    {
        // A split by row numbers would keep one class for ranking, and leave none of it to learn from.
        var cycling = Rows(100).Select((row, i) => new FiveClasses { Label = (uint)(i % 5), Embedding = row.Embedding }).ToArray();
        Assert.That(
            () => _ml.Transforms.OodScore(OodScores.Fuse(OodScores.Mahalanobis(), OodScores.MaxLogit())).Fit(_ml.Data.LoadFromEnumerable(cycling)),
            Throws.Nothing);
    }

    [Test]
    public void Transform_NetworkOfOtherSizes_NamesScoreColumnAndBothSizes()
    {
        using var score = Fit(OodScores.NnGuide(1), Rows(30));
        var others = _ml.Data.LoadFromEnumerable([new OtherRow()]);
        Assert.That(() => score.Transform(others),
            Throws.InstanceOf<ArgumentOutOfRangeException>()
                .With.Message.Contains("logits column 'Logits': expected 3 values, as the score NnGuide was fitted on, got 5")
                .And.Message.Contains("fit OodScore on rows of this one"));
        var otherEmbedding = _ml.Transforms.CopyColumns("Logits", "Embedding").Fit(View(Rows(1))).Transform(View(Rows(1)));
        Assert.That(() => score.Transform(_ml.Transforms.Concatenate("Embedding", "Embedding", "Logits").Fit(otherEmbedding).Transform(View(Rows(1)))),
            Throws.InstanceOf<ArgumentOutOfRangeException>()
                .With.Message.Contains("embedding column 'Embedding': expected 4 values")
                .And.Message.Contains("got 7"));
    }

    [Test]
    public void Transform_ScoreThatOverflows_NamesTheRow()
    {
        var rows = Rows(10);
        rows[7].Embedding[0] = 1e30f;
        rows[7].Logits[0] = 1e30f;
        Assert.That(() => Fit(OodScores.GradNorm(), rows).Transform(View(rows)).GetColumn<float>("OodScore").Count(), Is.EqualTo(10), "large, but a number");
        rows[7].Embedding = [3e38f, 3e38f, 3e38f, 3e38f];
        Assert.That(() => Fit(OodScores.GradNorm(), rows).Transform(View(rows)).GetColumn<float>("OodScore").Count(),
            Throws.TypeOf<OodScoreException>()
                .With.Message.Contains("The score GradNorm of row 7 (counted from 0) is -∞")
                .Or.Message.Contains("The score GradNorm of row 7 (counted from 0) is -Infinity"));
    }

    private void AssertRefused(OodScore score, IReadOnlyList<Row> rows, params string[] parts)
    {
        var error = Assert.Throws<OodScoreException>(() => Fit(score, rows))!;
        foreach (var part in parts)
            Assert.That(error.Message, Does.Contain(part));
    }

    private OodScoreTransformer Fit(OodScore score, IReadOnlyList<Row> rows) => _ml.Transforms.OodScore(score).Fit(View(rows));

    private IDataView View(IReadOnlyList<Row> rows) => _ml.Data.LoadFromEnumerable(rows);

    /// <summary>Three classes in turn, each predicted rightly, with an embedding that varies in all directions.</summary>
    private static Row[] Rows(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(i => new Row
        {
            Label = (uint)(i % 3),
            Kind = (uint)(i % 5),
            Logits = [i % 3 == 0 ? 5 : 0, i % 3 == 1 ? 5 : 0, i % 3 == 2 ? 5 : 0],
            Embedding = [random.NextSingle(), random.NextSingle(), random.NextSingle(), random.NextSingle()],
        })];
    }

    /// <summary>Keys count from 0 here; beyond the last class there is none.</summary>
    private sealed class Row
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [KeyType(5)]
        public uint Kind { get; set; }

        [VectorType(3)]
        public float[] Logits { get; set; } = [0, 0, 0];

        [VectorType(4)]
        public float[] Embedding { get; set; } = [0, 0, 0, 0];
    }

    private sealed class FiveClasses
    {
        [KeyType(5)]
        public uint Label { get; set; }

        [VectorType(5)]
        public float[] Logits { get; set; } = [0, 0, 0, 0, 0];

        [VectorType(4)]
        public float[] Embedding { get; set; } = [];
    }

    private sealed class OtherRow
    {
        [VectorType(5)]
        public float[] Logits { get; set; } = [0, 0, 0, 0, 0];

        [VectorType(4)]
        public float[] Embedding { get; set; } = [0, 0, 0, 0];
    }
}
