namespace Microsoft.ML.LogitNorm;

/// <summary>Precision against recall, and the two areas under it that are in use.</summary>
internal static class PrecisionRecall
{
    /// <summary>The curve from recall 0 to recall 1, one point per step of the sweep; the first, which takes no row, has precision 1 by convention.</summary>
    public static PrecisionRecallPoint[] Curve(ThresholdSweep sweep)
    {
        var curve = new PrecisionRecallPoint[sweep.Steps.Length];
        curve[0] = new(sweep.Steps[0].Threshold, Precision: 1, Recall: 0);
        for (var i = 1; i < curve.Length; i++)
        {
            var step = sweep.Steps[i];
            var taken = (double)step.TruePositives + step.FalsePositives;
            curve[i] = new(step.Threshold, step.TruePositives / taken, (double)step.TruePositives / sweep.Positives);
        }

        return curve;
    }

    /// <summary>Average precision: Σ (Rᵢ − Rᵢ₋₁) Pᵢ, each gain in recall at the precision it is paid with.</summary>
    public static double AveragePrecision(ReadOnlySpan<PrecisionRecallPoint> curve)
    {
        var area = 0.0;
        for (var i = 1; i < curve.Length; i++)
            area += (curve[i].Recall - curve[i - 1].Recall) * curve[i].Precision;
        return area;
    }

    /// <summary>
    /// Area by the trapezoid rule: Σ (Rᵢ − Rᵢ₋₁)(Pᵢ + Pᵢ₋₁) / 2, which interpolates between points and trusts the first point's precision of 1.
    /// </summary>
    public static double TrapezoidArea(ReadOnlySpan<PrecisionRecallPoint> curve)
    {
        var area = 0.0;
        for (var i = 1; i < curve.Length; i++)
            area += (curve[i].Recall - curve[i - 1].Recall) * (curve[i].Precision + curve[i - 1].Precision) / 2;
        return area;
    }
}
