namespace PaperBenchmark.Figures;

/// <summary>FPR95 on one out-of-distribution set, for networks trained with different τ.</summary>
/// <param name="Set">The set's name.</param>
/// <param name="Points">For each τ its FPR95 in [0, 1]; null where it was not measured.</param>
internal sealed record TauCurve(string Set, IReadOnlyList<(double Tau, double? Fpr95)> Points);
