namespace PaperBenchmark.Results;

/// <summary>How well in-distribution images are told from out-of-distribution ones, as shares.</summary>
/// <param name="Fpr95">Share of the out-of-distribution images that pass when at least 95 % of the in-distribution ones do; lower is better.</param>
/// <param name="Auroc">Area under the receiver operating characteristic.</param>
/// <param name="Aupr">Average precision with in-distribution as positive, the paper's AUPR.</param>
internal readonly record struct OodFigures(double Fpr95, double Auroc, double Aupr)
{
    /// <summary>The mean of each figure.</summary>
    public static OodFigures Mean(IReadOnlyCollection<OodFigures> all)
        => new(all.Average(one => one.Fpr95), all.Average(one => one.Auroc), all.Average(one => one.Aupr));
}
