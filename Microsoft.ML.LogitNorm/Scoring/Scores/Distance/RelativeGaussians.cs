using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Two Gaussians, one about the mean of each class and one about that of all rows: what relative Mahalanobis distances are made of.</summary>
internal static class RelativeGaussians
{
    internal const string Means = "Means", Whitening = "Whitening", OverallMean = "OverallMean", OverallWhitening = "OverallWhitening";

    /// <summary>Learns them.</summary>
    /// <param name="features">[N, D], float64.</param>
    /// <param name="rows">The rows that they are of, with labels.</param>
    /// <param name="shrinkage">As <see cref="GaussianFit.Whitening"/> takes it.</param>
    /// <param name="score">The score, for messages.</param>
    /// <param name="what">What the features are, for messages.</param>
    /// <param name="scale">What the features were multiplied by, [D]; null for nothing. What is learned takes those before.</param>
    /// <exception cref="OodScoreException">A class has fewer than 2 rows, or a covariance is singular.</exception>
    public static Dictionary<string, Tensor> Learn(Tensor features, in OodBatch rows, double? shrinkage, OodScore score, string what, Tensor? scale = null)
    {
        // One shrinkage for both. Then Σ lies below Σ₀ in every direction, as it does without any, and what is far from all rows has the higher score.
        // With one for each Σ could lie above Σ₀ in the directions in which rows hardly vary: what is far there, such as noise, would be the most usual.
        var (means, whitening, estimated) = GaussianFit.OfClasses(features, rows, shrinkage, score, what);
        var overallMean = features.mean([0], keepdim: true);   // [1, D]
        var overallWhitening = GaussianFit.Whitening(features, overallMean, shrinkage, estimated, score, what);
        return new()
        {
            [Means] = means.matmul(whitening),
            [Whitening] = Scaled(whitening),
            [OverallMean] = overallMean.matmul(overallWhitening),
            [OverallWhitening] = Scaled(overallWhitening),
        };

        Tensor Scaled(Tensor matrix) => scale is null ? matrix : scale.unsqueeze(1) * matrix;
    }

    /// <summary>What is learned, of C classes and D features.</summary>
    public static IReadOnlyList<LearnedTensor> Learned(int classes, int features) =>
    [
        new(Means, ScalarType.Float64, classes, features),
        new(Whitening, ScalarType.Float64, features, features),
        new(OverallMean, ScalarType.Float64, 1, features),
        new(OverallWhitening, ScalarType.Float64, features, features),
    ];

    /// <summary>The squared distance to the nearest class less that to all rows, [B].</summary>
    /// <param name="features">[B, D], float64.</param>
    /// <param name="learned">What was learned.</param>
    public static Tensor Score(Tensor features, IReadOnlyDictionary<string, Tensor> learned)
    {
        var toClasses = GaussianFit.SquaredDistances(features.matmul(learned[Whitening]), learned[Means]).amin([1]);   // [B]
        return toClasses - GaussianFit.SquaredDistances(features.matmul(learned[OverallWhitening]), learned[OverallMean]).squeeze(1);
    }
}
