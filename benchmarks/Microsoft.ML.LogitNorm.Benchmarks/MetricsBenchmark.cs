using BenchmarkDotNet.Attributes;

namespace Microsoft.ML.LogitNorm.Benchmarks;

/// <summary>All metrics of two sets of 10,000 scores, against sorting the scores, which no exact AUROC can do without.</summary>
public class MetricsBenchmark
{
    private const int Rows = 10_000;

    private double[] _known = [], _unknown = [];

    [GlobalSetup]
    public void SetUp()
    {
        var random = new Random(1);
        (_known, _unknown) = ([.. Draw(0.5)], [.. Draw(0)]);

        IEnumerable<double> Draw(double shift) => Enumerable.Range(0, Rows).Select(_ => random.NextDouble() + shift);
    }

    /// <summary>Sorting both sets together.</summary>
    [Benchmark(Baseline = true)]
    public double Sort()
    {
        double[] all = [.. _known, .. _unknown];
        Array.Sort(all);
        return all[^1];
    }

    /// <summary>FPR95, AUROC, both AUPRs and the curves.</summary>
    [Benchmark]
    public double AllMetrics() => OodDetectionMetrics.Compute(_known, _unknown).Auroc;
}
