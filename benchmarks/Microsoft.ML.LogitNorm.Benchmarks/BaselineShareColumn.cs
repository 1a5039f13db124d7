using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Microsoft.ML.LogitNorm.Benchmarks;

/// <summary>
/// Each time as a share of the class's baseline. BenchmarkDotNet's own ratio compares only benchmarks of equal arguments, and the baselines here have none.
/// </summary>
internal sealed class BaselineShareColumn : IColumn
{
    public string Id => nameof(BaselineShareColumn);

    public string ColumnName => "of baseline";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Baseline;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => "Mean as a share of the mean of the class's baseline";

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, SummaryStyle.Default);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style)
        => Mean(summary, benchmarkCase) is { } mean
            && summary.BenchmarksCases.FirstOrDefault(other => other.Descriptor.Baseline) is { } baseline
            && Mean(summary, baseline) is { } whole
            ? (mean / whole).ToString("P4", CultureInfo.InvariantCulture)
            : "?";

    private static double? Mean(Summary summary, BenchmarkCase benchmark) => summary[benchmark]?.ResultStatistics?.Mean;
}
