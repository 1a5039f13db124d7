namespace Microsoft.ML.LogitNorm;

/// <summary>False positives against recall; which side is positive is the sweep's choice.</summary>
internal static class Roc
{
    /// <summary>False positive rate at the strictest threshold whose recall is at least 95 %.</summary>
    /// <remarks>
    /// Never flattered by ties. With in-distribution rows as positive it is this library's <see cref="OodDetectionMetrics.FprAt95Tpr"/>,
    /// with out-of-distribution rows as positive OpenOOD's convention.
    /// </remarks>
    public static double FprAt95Tpr(ThresholdSweep sweep)
    {
        var i = 0;
        while (20L * sweep.Steps[i].TruePositives < 19L * sweep.Positives)   // in integers: 95 % of the rows is no matter of rounding
            i++;
        return (double)sweep.Steps[i].FalsePositives / sweep.Negatives;
    }

    /// <summary>False positive rate at the recall nearest to 95 %, which may lie below it: the rule of the LogitNorm paper's code.</summary>
    /// <remarks>
    /// Of recalls equally near, the higher; of thresholds with the same recall, the loosest below full recall and the strictest at full recall.
    /// That is what the code's walk from full recall downwards comes to. It compares floating-point distances, and so does this.
    /// </remarks>
    public static double FprNearest95Tpr(ThresholdSweep sweep)
    {
        var (nearest, falsePositives) = (double.PositiveInfinity, 0);
        foreach (var step in sweep.Steps)
        {
            var distance = Math.Abs((double)step.TruePositives / sweep.Positives - 0.95);
            if (distance <= nearest)
                (nearest, falsePositives) = (distance, step.FalsePositives);
            if (step.TruePositives == sweep.Positives)
                break;
        }

        return (double)falsePositives / sweep.Negatives;
    }

    /// <summary>Area under the curve: the chance that a positive row and a negative row, drawn at random, are ranked rightly; ties count half.</summary>
    public static double Area(ThresholdSweep sweep)
    {
        var twice = 0L;   // in whole pairs of rows, so that no rounding builds up
        var steps = sweep.Steps;
        for (var i = 1; i < steps.Length; i++)
            twice += (long)(steps[i].FalsePositives - steps[i - 1].FalsePositives) * (steps[i].TruePositives + (long)steps[i - 1].TruePositives);

        return twice / (2.0 * sweep.Positives * sweep.Negatives);
    }

    /// <summary>The curve from (0, 0) to (1, 1), one point per step of the sweep.</summary>
    public static RocPoint[] Curve(ThresholdSweep sweep)
    {
        var curve = new RocPoint[sweep.Steps.Length];
        for (var i = 0; i < curve.Length; i++)
        {
            var step = sweep.Steps[i];
            curve[i] = new(step.Threshold, (double)step.FalsePositives / sweep.Negatives, (double)step.TruePositives / sweep.Positives);
        }

        return curve;
    }
}
