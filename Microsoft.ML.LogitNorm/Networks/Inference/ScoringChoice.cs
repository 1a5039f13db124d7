using System.Globalization;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// What a network's scoring copy is used for, single images and several at once: each kind of pass goes by its own trial, as neither tells of the other.
/// </summary>
/// <param name="Single">Of a single image; null where the copy takes none.</param>
/// <param name="Several">Of a full pass; null where it is that of a single image, or would take too long to be timed.</param>
/// <param name="Rows">Images in a full pass.</param>
/// <param name="Size">Height × width of the images that were timed.</param>
internal readonly record struct ScoringChoice(ScoringTrial? Single, ScoringTrial? Several, long Rows, string Size)
{
    /// <summary>Whether the copy scores a single image.</summary>
    public bool FoldsSingle => Single is { KeepsFolded: true };

    /// <summary>Whether the copy scores several images.</summary>
    public bool FoldsSeveral => (Several ?? Single)?.KeepsFolded ?? true;

    public override string ToString()
        => string.Create(
            CultureInfo.InvariantCulture, $"An image of {Size}: {Verdict(Single, FoldsSingle)}. Passes of {Rows}: {Verdict(Several, FoldsSeveral)}.");

    private static string Verdict(ScoringTrial? trial, bool folds)
        => $"{trial?.ToString() ?? "not timed"}; {(folds ? "the copy" : "the network itself")} scores";
}
