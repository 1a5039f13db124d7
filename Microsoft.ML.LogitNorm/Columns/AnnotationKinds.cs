using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>Names of the annotations that columns carry: ML.NET's own, and ours.</summary>
internal static class AnnotationKinds
{
    public const string KeyValues = AnnotationUtils.Kinds.KeyValues;
    public const string SlotNames = AnnotationUtils.Kinds.SlotNames;
    public const string TrainingLabelValues = AnnotationUtils.Kinds.TrainingLabelValues;
    public const string ScoreColumnSetId = AnnotationUtils.Kinds.ScoreColumnSetId;
    public const string ScoreColumnKind = AnnotationUtils.Kinds.ScoreColumnKind;
    public const string ScoreValueKind = AnnotationUtils.Kinds.ScoreValueKind;

    /// <summary>On <c>Logits</c>: the live network behind them, a <see cref="TrainedNetwork"/> of <see cref="NetworkType"/>.</summary>
    public const string Network = "Network";

    /// <summary>On <c>Logits</c>: true, where they come of a linear head; so that a score which needs one knows before the training.</summary>
    public const string LinearHead = "LinearHead";

    /// <summary>On a column of images: the name of the column that says why one is missing, which is allowed then.</summary>
    public const string MissingImages = "MissingImages";

    /// <summary>On a column that says why images are missing: true.</summary>
    public const string ImageErrors = "ImageErrors";

    /// <summary>
    /// On what the model and the scores make of such images, as rows may be missing: the name of that column, empty where several may say why; see
    /// <see cref="LogitNorm.MissingRows"/>.
    /// </summary>
    public const string MissingRows = "MissingRows";
}
