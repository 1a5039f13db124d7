namespace Microsoft.ML.LogitNorm;

/// <summary>The outputs of a <see cref="ModelRowMap"/>, in the order of <see cref="ModelColumns.Deliver"/>.</summary>
internal enum ModelOutput
{
    PredictedLabel,
    Score,
    Logits,
    Embedding,
    LayerStatistics,
}
