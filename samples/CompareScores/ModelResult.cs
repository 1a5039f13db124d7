using Microsoft.ML.LogitNorm;

namespace CompareScores;

/// <summary>All that was found out about one model.</summary>
/// <param name="Model">The model.</param>
/// <param name="Rows">How many images.</param>
/// <param name="Scores">The scores, the best first.</param>
/// <param name="LeftOut">Names of the scores that learn, where there was nothing to learn from.</param>
/// <param name="Calibration">Its probabilities.</param>
internal sealed record ModelResult(ModelOption Model, RowCounts Rows, OodScoreComparison Scores, IReadOnlyList<string> LeftOut, CalibrationResult Calibration);

/// <summary>How many images were looked at.</summary>
/// <param name="Train">Images that scores learned from; null if there were none.</param>
/// <param name="Test">Images of the model's classes.</param>
/// <param name="Ood">Images of each set of others, by name.</param>
/// <param name="Validation">Images of the model's classes that hyper-parameters were chosen with; null if they were not.</param>
/// <param name="SearchOn">Images of each set of others that they were chosen on; null likewise.</param>
internal sealed record RowCounts(
    int? Train, int Test, IReadOnlyDictionary<string, int> Ood, int? Validation = null, IReadOnlyDictionary<string, int>? SearchOn = null);
