using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>The shape of a cloud of embeddings, for Mahalanobis distances.</summary>
internal static class GaussianFit
{
    /// <summary>An eigenvalue below this share of the largest one is none.</summary>
    private const double Tolerance = 1e-12;

    /// <summary>
    /// Nor is one below the square of a float32's last digit, in units of the features' mean square: such features vary by their rounding alone.
    /// </summary>
    private const double SquaredRounding = 1.2e-7 * 1.2e-7;

    /// <summary>A matrix P with ‖xP‖² = xᵀΣ⁻¹x, where Σ is the covariance of the rows.</summary>
    /// <param name="embedding">[N, D], float64.</param>
    /// <param name="means">Their mean, [1, D], or for each row its class's, [N, D].</param>
    /// <param name="shrinkage">Share of the mean variance that is added to each direction.</param>
    /// <param name="score">The score, for the message.</param>
    /// <returns>[D, D], float64: the eigenvectors of Σ over the roots of its eigenvalues.</returns>
    /// <exception cref="OodScoreException">
    /// The covariance is singular: its least eigenvalue is below 1e-12 of its largest, or no more than rounding.
    /// </exception>
    public static Tensor Whitening(Tensor embedding, Tensor means, double shrinkage, OodScore score)
    {
        using var scope = NewDisposeScope();
        var centred = embedding - means;
        var (rows, size) = (centred.shape[0], centred.shape[1]);
        var covariance = centred.t().matmul(centred).Over(rows);   // [D, D]
        if (shrinkage > 0)
            covariance = covariance.Plus(eye(size, dtype: float64, device: covariance.device) * covariance.trace().Times(shrinkage).Over(size));
        var (eigenvalues, eigenvectors) = linalg.eigh(covariance);   // ascending
        var least = Math.Max(eigenvalues[size - 1].item<double>() * Tolerance, embedding.Squared().mean().item<double>() * SquaredRounding);
        var flat = eigenvalues.IsAtMost(least).sum().item<long>();
        return flat == 0
            ? (eigenvectors / eigenvalues.sqrt()).MoveToOuterDisposeScope()
            : throw new OodScoreException(
                $"The score {score.Name} cannot invert the covariance of column '{ColumnNames.Embedding}': "
                + Invariant($"it is singular, as the {rows:N0} rows do not vary in {flat} of {size} directions ")
                + "(features that are always 0 are such, and so are fewer rows than features). "
                + $"Give OodScores.{score.Name} {(shrinkage == 0 ? "a shrinkage, such as 1e-3" : Invariant($"a shrinkage above {shrinkage}"))}, "
                + "or fit it on more rows.");
    }

    /// <exception cref="ArgumentOutOfRangeException">Negative, or not finite.</exception>
    public static double CheckShrinkage(double shrinkage)
        => double.IsFinite(shrinkage) && shrinkage >= 0
            ? shrinkage
            : throw new ArgumentOutOfRangeException(
                nameof(shrinkage), shrinkage, "The shrinkage is at least 0, as in the paper; 1e-3 is enough for a singular covariance.");

    /// <summary>Squared distances of whitened rows [B, D] to whitened means [C, D]: [B, C].</summary>
    public static Tensor SquaredDistances(Tensor whitened, Tensor means)
        => cdist(whitened, means, compute_mode: compute_mode.donot_use_mm_for_euclid_dist).Squared();

    /// <summary>Means by class, and what whitens the rows about them, for labelled rows.</summary>
    /// <exception cref="OodScoreException">A class has fewer than 2 rows, or the covariance is singular.</exception>
    public static (Tensor Means, Tensor Whitening) OfClasses(in OodBatch rows, double shrinkage, OodScore score)
    {
        var embedding = rows.Embedding!.to(float64);   // [N, D]
        var means = ClassMeans.Of(embedding, rows.Labels!, rows.Classes!.Value);
        LearningError.ThrowIfFewerRows(
            score, means.Counts, 2, "training rows", "One row has no spread: give the class more rows, or leave it out of the training.");
        return (means.Values, Whitening(embedding, means.Values.index_select(0, rows.Labels!), shrinkage, score));
    }
}
