using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

/// <summary>Scores of layer statistics, and the shrinkage of their covariances, against their definitions in plain C#.</summary>
[TestFixture]
public sealed class LayerScoreTests
{
    private const int Classes = 3;

    /// <summary>Scores that are checked here.</summary>
    internal static IEnumerable<OodScore> Scores => [OodScores.LayerGaussian(), OodScores.RelativeLayerGaussian()];

    [Test]
    public void LayerGaussian_EqualsItsDefinition([Values(0.01, 1.0, null)] double? shrinkage)
    {
        using var scope = NewDisposeScope();
        var (train, _, test) = Draw();
        var score = OodScores.LayerGaussian(shrinkage);
        var learned = score.Learn(Batch(train, null, score));
        var (scaled, scales) = Scaled(train);

        var found = score.Compute(Batch(test, learned, score));

        var gaussian = new Gaussian(scaled, [.. scaled.Select(_ => Mean(scaled))], shrinkage);
        Assert.That(found, Is.EqualTo(test.Select(row => gaussian.SquaredDistance(Times(row, scales), Mean(scaled)))).Within(0.01).Percent);
    }

    [Test]
    public void RelativeLayerGaussian_EqualsItsDefinition([Values(0.01, 1.0, null)] double? shrinkage)
    {
        using var scope = NewDisposeScope();
        var (train, labels, test) = Draw();
        var score = OodScores.RelativeLayerGaussian(shrinkage);
        var learned = score.Learn(Batch(train, null, score, labels));
        var (scaled, scales) = Scaled(train);

        var found = score.Compute(Batch(test, learned, score));

        double[][] means = [.. Enumerable.Range(0, Classes).Select(label => Mean([.. scaled.Where((_, i) => labels[i] == label)]))];
        var within = new Gaussian(scaled, [.. labels.Select(label => means[label])], shrinkage);
        var all = new Gaussian(scaled, [.. scaled.Select(_ => Mean(scaled))], shrinkage, within.Estimated);
        var expected = test.Select(row => Times(row, scales))
            .Select(row => means.Min(mean => within.SquaredDistance(row, mean)) - all.SquaredDistance(row, Mean(scaled))).ToArray();
        Assert.That(found, Is.EqualTo(expected).Within(1e-4 * (expected.Max() - expected.Min())));
    }

    [Test]
    public void Relative_FarAway_IsMoreUnusualThanAnyTrainingRow([Values(40, 100, 1000)] int count, [Values(null, 1e-3, 0.1)] double? shrinkage)
    {
        // 30 statistics in three groups of rows, some of which hardly vary. A stranger may lie in any direction, also where classes do not differ.
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)count, CPU);
        var labels = randint(0, Classes, [count], dtype: int64, generator: generator);
        var centres = randn([Classes, 30], generator: generator) * 2;
        var spread = logspace(-1.5, 0, 30);
        var rows = (centres.index_select(0, labels) + randn([count, 30], generator: generator)) * spread;
        var score = OodScores.RelativeLayerGaussian(shrinkage);
        var learned = score.Learn(new(null, null, null, null, new Dictionary<string, Tensor>(), labels, Classes, LayerStatistics: rows));
        var far = randn([200, 30], generator: generator) * spread * 100;

        var usual = score.Compute(new(null, null, null, null, learned, null, Classes, LayerStatistics: rows));
        var found = score.Compute(new(null, null, null, null, learned, null, Classes, LayerStatistics: far));

        Assert.That(found, Is.All.GreaterThan(usual.Max()));
    }

    [Test]
    public void Score_StatisticThatNeverVaries_IsLeftOut()
    {
        // As a feature map that a ReLU has shut for good. What is left is scored as if it were not there.
        using var scope = NewDisposeScope();
        var (train, _, test) = Draw();
        var score = OodScores.LayerGaussian(0.1);
        float[][] With(float[][] rows, float value) => [.. rows.Select(row => row.Append(value).ToArray())];
        var expected = score.Compute(Batch(test, score.Learn(Batch(train, null, score)), score));

        var found = score.Compute(Batch(With(test, 7), score.Learn(Batch(With(train, 0.3f), null, score)), score));

        // The mean variance, of which 0.1 is added, is that of 5 in place of 4 numbers.
        Assert.That(found.Zip(expected, (a, b) => a / b), Is.All.InRange(0.99, 1.1));
    }

    [Test]
    public void EstimatedShrinkage_IsCloserToTheTruthThanNoneAndThanAll([Values(1, 2, 3)] int seed)
    {
        // 40 rows of 30 numbers with deviations from 1 to 2: the sample covariance is nearly singular.
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed, CPU);
        var deviations = linspace(1, 2, 30, dtype: float64);
        var rows = randn([40, 30], dtype: float64, generator: generator) * deviations;
        var truth = diag(deviations.Squared());
        var sample = rows.t().matmul(rows).Over(40);
        var flat = eye(30, dtype: float64) * sample.trace().Over(30);

        var share = GaussianFit.EstimatedShrinkage(rows);

        double Distance(double share) => (sample.Times(1 - share).Plus(flat.Times(share)) - truth).norm().item<double>();
        Assert.That(share, Is.InRange(0.05, 0.99));
        Assert.That(Distance(share), Is.LessThan(Distance(0)).And.LessThan(Distance(1)));
        // No share that could be found by looking at the truth is much better.
        Assert.That(Distance(share), Is.LessThan(1.1 * Enumerable.Range(0, 101).Min(percent => Distance(percent / 100.0))));
    }

    [Test]
    public void EstimatedShrinkage_ManyRows_IsNearlyNone()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        var rows = randn([20_000, 4], dtype: float64, generator: generator) * tensor(new double[] { 1, 2, 3, 4 });
        Assert.That(GaussianFit.EstimatedShrinkage(rows), Is.InRange(0, 1e-3));
    }

    [TestCase(-1)]
    [TestCase(double.NaN)]
    public void Shrinkage_Impossible_IsRefused(double shrinkage)
    {
        foreach (var make in (Func<double?, OodScore>[])[value => OodScores.LayerGaussian(value), value => OodScores.RelativeLayerGaussian(value)])
            Assert.That(
                () => make(shrinkage),
                Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("shrinkage").And.Message.Contains("null"));
    }

    [Test]
    public void Learn_RowsThatDoNotDiffer_SaysWhatToDo()
    {
        using var scope = NewDisposeScope();
        var score = OodScores.LayerGaussian();
        float[][] rows = [.. Enumerable.Repeat<float[]>([1, 2, 3], 10)];
        Assert.That(
            () => score.Learn(Batch(rows, null, score)),
            Throws.TypeOf<OodScoreException>().With.Message.Contains("layer statistics").And.Message.Contains("rows that differ"));
    }

    private static OodBatch Batch(float[][] rows, IReadOnlyDictionary<string, Tensor>? learned, OodScore score, int[]? labels = null)
    {
        Assert.That(score.Needs, Is.EqualTo(OodInputs.LayerStatistics));
        var statistics = stack([.. rows.Select(row => tensor(row))]);
        return new(
            null, null, null, null, learned ?? new Dictionary<string, Tensor>(),
            labels is null ? null : tensor(labels, int64), Classes, LayerStatistics: statistics);
    }

    // Four statistics of scales from 0.1 to 1000, that go together, about a mean for each class.
    private static (float[][] Train, int[] Labels, float[][] Test) Draw()
    {
        var random = new Random(5);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        float[] Row(int label)
        {
            var (a, b, c, d) = (Normal(), Normal(), Normal(), Normal());
            return [(float)(0.1 * a + label), (float)(a + b), (float)(1000 * (c + label)), (float)(5 + d + 0.5 * b)];
        }
        int[] labels = [.. Enumerable.Range(0, 60).Select(i => i % Classes)];
        return ([.. labels.Select(Row)], labels, [.. Enumerable.Range(0, 10).Select(Row)]);
    }

    private static (double[][] Rows, double[] Scales) Scaled(float[][] rows)
    {
        double[][] values = [.. rows.Select(row => row.Select(value => (double)value).ToArray())];
        var mean = Mean(values);
        double[] scales = [.. Enumerable.Range(0, mean.Length).Select(i => 1 / Math.Sqrt(values.Average(row => (row[i] - mean[i]) * (row[i] - mean[i]))))];
        return ([.. rows.Select(row => Times(row, scales))], scales);
    }

    private static double[] Times(float[] row, double[] scales) => [.. row.Zip(scales, (value, scale) => value * scale)];

    private static double[] Mean(double[][] rows) => [.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Average(row => row[i]))];

    /// <summary>A covariance, shrunk, whose inverse is found by elimination.</summary>
    private sealed class Gaussian
    {
        private readonly double[][] _covariance;

        public Gaussian(double[][] rows, double[][] means, double? shrinkage, double? estimated = null)
        {
            double[][] centred = [.. rows.Zip(means, (row, mean) => row.Zip(mean, (a, b) => a - b).ToArray())];
            var size = rows[0].Length;
            _covariance = [.. Enumerable.Range(0, size).Select(i => Enumerable.Range(0, size).Select(j => centred.Average(row => row[i] * row[j])).ToArray())];
            var meanVariance = Enumerable.Range(0, size).Average(i => _covariance[i][i]);
            Estimated = shrinkage is null ? estimated ?? Estimate(centred, meanVariance) : null;
            var (own, added) = Estimated is { } found ? (1 - found, found) : (1, shrinkage!.Value);
            for (var i = 0; i < size; i++)
                for (var j = 0; j < size; j++)
                    _covariance[i][j] = own * _covariance[i][j] + (i == j ? added * meanVariance : 0);
        }

        public double SquaredDistance(double[] row, double[] mean)
        {
            double[] difference = [.. row.Zip(mean, (a, b) => a - b)];
            return difference.Zip(Solve(difference), (a, b) => a * b).Sum();
        }

        /// <summary>The share of the mean variance, where it was to be estimated.</summary>
        public double? Estimated { get; }

        private double Estimate(double[][] centred, double meanVariance)
        {
            double Square(Func<int, int, double> element)
                => Enumerable.Range(0, _covariance.Length).Sum(i => Enumerable.Range(0, _covariance.Length).Sum(j => Math.Pow(element(i, j), 2)));
            var away = Square((i, j) => _covariance[i][j] - (i == j ? meanVariance : 0));
            var spread = centred.Average(row => Square((i, j) => row[i] * row[j] - _covariance[i][j])) / centred.Length;
            return Math.Min(1, spread / away);
        }

        private double[] Solve(double[] right)
        {
            double[][] rows = [.. _covariance.Select((row, i) => row.Append(right[i]).ToArray())];
            for (var i = 0; i < rows.Length; i++)
                for (var k = i + 1; k < rows.Length; k++)
                    rows[k] = [.. rows[k].Zip(rows[i], (a, b) => a - rows[k][i] / rows[i][i] * b)];
            var solution = new double[rows.Length];
            for (var i = rows.Length - 1; i >= 0; i--)
                solution[i] = (rows[i][^1] - Enumerable.Range(i + 1, rows.Length - i - 1).Sum(k => rows[i][k] * solution[k])) / rows[i][i];
            return solution;
        }
    }
}
