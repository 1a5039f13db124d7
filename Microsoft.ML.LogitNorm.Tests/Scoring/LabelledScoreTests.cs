using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

/// <summary>A score that learns from labelled rows, as Mahalanobis does.</summary>
public sealed class LabelledScoreTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Test]
    public void Fit_ScoreThatNeedsLabels_GetsThemRowByRow()
    {
        using var chain = TinyImages.Pipeline(_ml, TinyImages.Options with { Epochs = 1 })
            .Append(_ml.Transforms.OodScore(new NearestClassMean()))
            .Fit(TinyImages.View(_ml, 48));
        var scored = chain.Transform(TinyImages.View(_ml, 12));
        var rows = _ml.Data.CreateEnumerable<Scored>(scored, reuseRowObject: false).ToArray();
        var training = _ml.Data.CreateEnumerable<Scored>(chain.Transform(TinyImages.View(_ml, 48)), reuseRowObject: false).ToArray();
        var means = Enumerable.Range(0, 3).Select(label => Mean([.. training.Where((_, i) => i % 3 == label).Select(row => row.Embedding)])).ToArray();
        foreach (var row in rows)
            Assert.That(row.OodScore, Is.EqualTo(means.Min(mean => Distance(mean, row.Embedding))).Within(1e-3));
    }

    [Test]
    public void GetOutputSchema_NoLabelColumn_NamesIt()
        => Assert.That(
            () => TinyImages.Pipeline(_ml)
                .Append(_ml.Transforms.OodScore(new NearestClassMean(), labelColumnName: "Kind"))
                .GetOutputSchema(Shapes.Of(TinyImages.View(_ml, 1).Schema)),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("label column 'Kind'"));

    [Test]
    public void OodDetector_ColumnsOfItsOwn_StandBesideTheDefaultOnes()
    {
        using var app = TinyImages.Train(_ml, TinyImages.Options with { Epochs = 1 });
        var view = app.Transform(TinyImages.View(_ml, 60, seed: 2));
        var strict = _ml.Transforms.OodDetector(0.2, confidenceColumnName: "StrictConfidence", decisionColumnName: "IsStrange").Fit(view);
        using var file = new MemoryStream();
        _ml.Model.Save(strict, view.Schema, file);
        file.Position = 0;
        var both = _ml.Model.Load(file, out _).Transform(view);
        Assert.That(both.Schema.GetColumnOrNull("IsOutOfDistribution"), Is.Not.Null);
        // the r-th highest of 60 distinct scores has p = (1 + r) / 61
        Assert.That(_ml.Data.CreateEnumerable<Strange>(both, reuseRowObject: false).Count(row => row.IsStrange), Is.EqualTo(11));
        Assert.That(
            () => _ml.Transforms.OodDetector(0.2, confidenceColumnName: "A", decisionColumnName: "A"), Throws.ArgumentException.With.Message.Contains("'A'"));
    }

    private static float[] Mean(float[][] rows) => [.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Average(row => row[i]))];

    private static double Distance(float[] a, float[] b) => Math.Sqrt(a.Zip(b, (x, y) => (double)(x - y) * (x - y)).Sum());

    private sealed class Scored
    {
        public float[] Embedding { get; set; } = [];

        public float OodScore { get; set; }
    }

    private sealed class Strange
    {
        public bool IsStrange { get; set; }
    }

    private sealed record NearestClassMean : OodScore
    {
        internal override OodInputs Needs => OodInputs.Embedding;

        internal override OodInputs? LearnsFrom => OodInputs.Embedding | OodInputs.Labels;

        internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows)
        {
            var (embedding, labels) = (rows.Embedding!, rows.Labels!);
            return new Dictionary<string, Tensor>
            {
                ["Means"] = stack(Enumerable.Range(0, 3).Select(label => embedding[labels.eq(label)].mean([0]))),
            };
        }

        internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from) => [new("Means", ScalarType.Float32, 3, from.Features)];

        internal override Tensor Score(in OodBatch batch) => cdist(batch.Embedding!, batch.Learned["Means"]).amin([1]);
    }
}
