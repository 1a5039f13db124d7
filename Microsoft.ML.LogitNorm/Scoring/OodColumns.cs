namespace Microsoft.ML.LogitNorm;

/// <summary>The names of the columns that scores read.</summary>
/// <param name="Logits">Of the logits, which also lead to the network.</param>
/// <param name="Embedding">Of the embedding.</param>
/// <param name="LayerStatistics">Of the layer statistics.</param>
/// <param name="Label">Of the class of each row, for learning only.</param>
internal sealed record OodColumns(
    string Logits = ColumnNames.Logits,
    string Embedding = ColumnNames.Embedding,
    string LayerStatistics = ColumnNames.LayerStatistics,
    string Label = "Label")
{
    /// <exception cref="ArgumentException">A name is null or empty.</exception>
    public void Check()
    {
        ArgumentException.ThrowIfNullOrEmpty(Label, "labelColumnName");
        ArgumentException.ThrowIfNullOrEmpty(Logits, "logitsColumnName");
        ArgumentException.ThrowIfNullOrEmpty(Embedding, "embeddingColumnName");
        ArgumentException.ThrowIfNullOrEmpty(LayerStatistics, "layerStatisticsColumnName");
    }
}
