namespace PaperBenchmark.Results;

/// <summary>How well known images are told from unknown ones, as shares.</summary>
/// <param name="Fpr95">Share of the unknown that pass when at least 95 % of the known do; lower is better.</param>
/// <param name="Auroc">Area under the receiver operating characteristic.</param>
/// <param name="Aupr">Average precision with the known as positive, the paper's AUPR.</param>
internal readonly record struct OodFigures(double Fpr95, double Auroc, double Aupr)
{
    /// <summary>The mean of each figure.</summary>
    public static OodFigures Mean(IReadOnlyCollection<OodFigures> all)
        => new(all.Average(one => one.Fpr95), all.Average(one => one.Auroc), all.Average(one => one.Aupr));
}
