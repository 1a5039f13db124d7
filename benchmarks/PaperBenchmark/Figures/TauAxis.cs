using System.Globalization;
using OxyPlot.Axes;

namespace PaperBenchmark.Figures;

/// <summary>A logarithmic axis whose ticks are the τ that were tried, not the powers of ten.</summary>
internal sealed class TauAxis : LogarithmicAxis
{
    // Room for "0.005" in 12 points, as a share of the axis.
    private const double LabelShare = 0.047;

    private readonly double[] _taus;

    /// <param name="taus">In ascending order, each greater than 0.</param>
    public TauAxis(double[] taus)
    {
        _taus = taus;
        Position = AxisPosition.Bottom;
        Title = "τ (logarithmic)";
        // Neither one τ alone nor the labels of the outermost points touch the frame.
        Minimum = taus.Length == 0 ? 0.01 : taus[0] / 1.35;
        Maximum = taus.Length == 0 ? 1 : taus[^1] * 1.35;
        LabelFormatter = value => value.ToString("G4", CultureInfo.InvariantCulture);
        MinorTickSize = MajorTickSize;
    }

    /// <inheritdoc/>
    public override void GetTickValues(out IList<double> majorLabelValues, out IList<double> majorTickValues, out IList<double> minorTickValues)
    {
        majorTickValues = _taus;
        minorTickValues = [];
        majorLabelValues = [];
        var span = Math.Log(ActualMaximum / ActualMinimum);
        var free = double.NegativeInfinity;
        foreach (var tau in _taus.Where(tau => Math.Log(tau) >= free))
        {
            majorLabelValues.Add(tau);
            free = Math.Log(tau) + LabelShare * span;
        }
    }
}
