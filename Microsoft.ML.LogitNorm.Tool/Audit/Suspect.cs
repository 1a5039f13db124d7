namespace LogitNormTool.Audit;

/// <summary>An image of the folder and how it looks to a model that has not seen it.</summary>
/// <param name="Image">The file.</param>
/// <param name="Label">The folder that it lies in.</param>
/// <param name="LooksLike">The class that the model takes it for.</param>
/// <param name="LabelProbability">The model's probability of the folder's class, in [0, 1].</param>
/// <param name="OodScore">The default score; higher = more likely of none of the classes.</param>
/// <param name="LabelSurprise">−ln of the share of images whose folder's class is at most as probable.</param>
/// <param name="Unusualness">−ln of the share of images whose score is at least as high, and more for what is far beyond nearly all.</param>
internal sealed record Suspect(
    string Image, string Label, string LooksLike, double LabelProbability, double OodScore, double LabelSurprise = 0, double Unusualness = 0)
{
    // Chosen by planted-audit on the flowers' test photos, one kind left out in turn, two draws of 12 photos in wrong folders and 12 of the kind left out: of
    // the 240 stood 168 among the first 36 of each (122 with equal weights, 159 with 3, 172 by the label alone, which is blind to what is far from
    // everything).
    private const double LabelWeight = 8;

    /// <summary>Both surprises together: high for what lies in the wrong folder, and for what belongs in none.</summary>
    public double Suspicion => (LabelWeight * LabelSurprise) + Unusualness;

    /// <summary>The images, the most suspicious first.</summary>
    public static IReadOnlyList<Suspect> Ranked(IReadOnlyList<Suspect> images)
    {
        double[] probabilities = [.. images.Select(image => image.LabelProbability).Order()], scores = [.. images.Select(image => -image.OodScore).Order()];
        // Beyond the 99 % quantile the surprise goes on as Fuse's does: ranks alone cannot tell far from very far.
        var (uncommon, rare) = (Quantile(0.9), Quantile(0.99));
        return [.. images
            .Select(image => image with
            {
                LabelSurprise = Surprise(probabilities, image.LabelProbability),
                Unusualness = Math.Max(Surprise(scores, -image.OodScore), image.OodScore > rare && rare > uncommon
                    ? Math.Log(100) + ((image.OodScore - rare) * Math.Log(10) / (rare - uncommon))
                    : 0),
            })
            .OrderByDescending(image => image.Suspicion)
            .ThenBy(image => image.Image, StringComparer.Ordinal)];

        double Quantile(double share) => -scores[(int)((1 - share) * (scores.Length - 1))];
    }

    // −ln of the share of values that are at most as large.
    private static double Surprise(double[] ascending, double value)
    {
        var (low, high) = (0, ascending.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = ascending[middle] <= value ? (middle + 1, high) : (low, middle);
        }
        return -Math.Log((double)low / ascending.Length);
    }
}
