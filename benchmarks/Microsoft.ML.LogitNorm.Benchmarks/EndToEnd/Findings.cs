namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>What a run has found so far.</summary>
internal sealed class Findings
{
    private readonly List<Ratio> _ratios = [];
    private readonly List<Series> _series = [];

    public IReadOnlyList<Ratio> Ratios
    {
        get => _ratios;
        init => _ratios = [.. value];
    }

    public IReadOnlyList<Series> Series
    {
        get => _series;
        init => _series = [.. value];
    }

    public void Add(params Ratio[] ratios) => _ratios.AddRange(ratios);

    public void Add(params Series[] series) => _series.AddRange(series);
}
