using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>The shape of a cloud of rows, for Mahalanobis distances.</summary>
internal static class GaussianFit
{
    /// <summary>An eigenvalue below this share of the largest one is none.</summary>
    private const double Tolerance = 1e-12;

    /// <summary>
    /// Nor is one below the square of a float32's last digit, in units of the features' mean square: such features vary by their rounding alone.
    /// </summary>
    private const double SquaredRounding = 1.2e-7 * 1.2e-7;

    /// <summary>A matrix P with ‖xP‖² = xᵀΣ⁻¹x, where Σ is the covariance of the rows.</summary>
    /// <param name="rows">[N, D], float64.</param>
    /// <param name="means">Their mean, [1, D], or for each row its class's, [N, D].</param>
    /// <param name="shrinkage">
    /// Share of the mean variance that is added to each direction; null to estimate from the rows how much (<see cref="EstimatedShrinkage"/>).
    /// </param>
    /// <param name="estimated">What was estimated from other rows, where <paramref name="shrinkage"/> is null; null to do so from these.</param>
    /// <param name="score">The score, for the message.</param>
    /// <param name="what">What the rows are, for the message.</param>
    /// <returns>[D, D], float64: the eigenvectors of Σ over the roots of its eigenvalues.</returns>
    /// <exception cref="OodScoreException">
    /// The covariance is singular: its least eigenvalue is below 1e-12 of its largest, or no more than rounding.
    /// </exception>
    public static Tensor Whitening(Tensor rows, Tensor means, double? shrinkage, double? estimated, OodScore score, string what)
    {
        using var scope = NewDisposeScope();
        var centred = rows - means;
        var (count, size) = (centred.shape[0], centred.shape[1]);
        var covariance = Covariance(centred);
        var meanVariance = covariance.trace().Over(size);
        if (shrinkage is null)
        {
            var share = estimated ?? EstimatedShrinkage(centred);
            covariance = covariance.Times(1 - share).Plus(Diagonal(share));
        }
        else if (shrinkage > 0)
            covariance = covariance.Plus(Diagonal(shrinkage.Value));
        var (eigenvalues, eigenvectors) = linalg.eigh(covariance);   // ascending
        // What was shrunk has directions in which it varies by what was added, and they are no rounding.
        var rounding = shrinkage == 0 ? rows.Squared().mean().item<double>() * SquaredRounding : 0;
        var least = Math.Max(eigenvalues[size - 1].item<double>() * Tolerance, rounding);
        var flat = eigenvalues.IsAtMost(least).sum().item<long>();
        return flat == 0
            ? (eigenvectors / eigenvalues.sqrt()).MoveToOuterDisposeScope()
            : throw new OodScoreException(
                $"The score {score.Name} cannot invert the covariance of the {what}: "
                + Invariant($"it is singular, as the {count:N0} rows do not vary in {flat} of {size} directions ")
                + "(features that are always 0 are such, and so are fewer rows than features). "
                + (shrinkage is null
                    ? "Fit it on more rows, or on rows that differ."
                    : $"Give OodScores.{score.Name} {(shrinkage == 0 ? "a shrinkage, such as 1e-3" : Invariant($"a shrinkage above {shrinkage}"))}, "
                        + "or null to estimate it, or fit it on more rows."));

        Tensor Diagonal(double share) => eye(size, dtype: float64, device: covariance.device) * meanVariance.Times(share);
    }

    /// <summary>The share α of (1 − α) S + α tr(S)/D · I that comes closest to the true covariance on average, as estimated from the rows.</summary>
    /// <remarks>
    /// α = b² / d², d² = ‖S − tr(S)/D · I‖², b² = (1/N²) Σ‖x xᵀ − S‖², at most d², Frobenius norms.
    /// Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", J. Multivariate Analysis 88 (2004), section 3.3.
    /// </remarks>
    /// <param name="centred">x, [N, D], less their means.</param>
    internal static double EstimatedShrinkage(Tensor centred)
    {
        using var scope = NewDisposeScope();
        var covariance = Covariance(centred);
        var (count, size) = (centred.shape[0], centred.shape[1]);
        var squaredNorm = covariance.Squared().sum().item<double>();
        var trace = covariance.trace().item<double>();
        var away = squaredNorm - trace * trace / size;
        var spread = (centred.Squared().sum([1]).Squared().mean().item<double>() - squaredNorm) / count;
        return away > 0 ? Math.Clamp(spread / away, 0, 1) : 1;
    }

    private static Tensor Covariance(Tensor centred) => centred.t().matmul(centred).Over(centred.shape[0]);   // [D, D]

    /// <exception cref="ArgumentOutOfRangeException">Negative, or not finite.</exception>
    public static double? CheckShrinkage(double? shrinkage)
        => shrinkage is null || (double.IsFinite(shrinkage.Value) && shrinkage >= 0)
            ? shrinkage
            : throw new ArgumentOutOfRangeException(
                nameof(shrinkage), shrinkage, "Give at least 0, as in the paper, or null to estimate it; 1e-3 is enough for a singular covariance.");

    /// <summary>Squared distances of whitened rows [B, D] to whitened means [C, D]: [B, C].</summary>
    public static Tensor SquaredDistances(Tensor whitened, Tensor means)
        => cdist(whitened, means, compute_mode: compute_mode.donot_use_mm_for_euclid_dist).Squared();

    /// <summary>Means by class, what whitens the rows about them, and the shrinkage that was estimated for that, null if it was given.</summary>
    /// <param name="features">[N, D], float64.</param>
    /// <param name="rows">The rows that they are of.</param>
    /// <param name="shrinkage">As <see cref="Whitening"/> takes it.</param>
    /// <param name="score">The score, for messages.</param>
    /// <param name="what">What the features are, for messages.</param>
    /// <exception cref="OodScoreException">A class has fewer than 2 rows, or the covariance is singular.</exception>
    public static (Tensor Means, Tensor Whitening, double? Estimated) OfClasses(
        Tensor features, in OodBatch rows, double? shrinkage, OodScore score, string what)
    {
        var means = ClassMeans.Of(features, rows.Labels!, rows.Classes!.Value);
        LearningError.ThrowIfFewerRows(
            score, means.Counts, 2, "training rows", "One row has no spread: give the class more rows, or leave it out of the training.");
        using var scope = NewDisposeScope();
        var meansOfRows = means.Values.index_select(0, rows.Labels!);
        var estimated = shrinkage is null ? EstimatedShrinkage(features - meansOfRows) : (double?)null;
        return (means.Values, Whitening(features, meansOfRows, shrinkage, estimated, score, what).MoveToOuterDisposeScope(), estimated);
    }
}
