namespace PaperBenchmark.Figures;

/// <summary>The mean logit norm of one set of images, epoch by epoch.</summary>
/// <param name="Set">The set's name; the same set has the same colour in all panels.</param>
/// <param name="Points">In the order of the epochs, counted from 1. A norm that is not finite leaves a gap.</param>
internal sealed record NormCurve(string Set, IReadOnlyList<(int Epoch, double Norm)> Points);

/// <summary>How the logit norms of one training went.</summary>
/// <param name="Title">The training loss.</param>
/// <param name="Curves">One for each set of images.</param>
internal sealed record NormPanel(string Title, IReadOnlyList<NormCurve> Curves);
