namespace Microsoft.ML.LogitNorm;

/// <summary>The names of the columns that a <see cref="LogitNormModel"/> appends.</summary>
/// <param name="PredictedLabel">Of the predicted class.</param>
/// <param name="Score">Of the probabilities.</param>
/// <param name="Logits">Of the logits.</param>
/// <param name="Embedding">Of the embedding.</param>
/// <param name="LayerStatistics">Of the layer statistics.</param>
internal sealed record OutputColumns(
    string PredictedLabel = ColumnNames.PredictedLabel,
    string Score = ColumnNames.Score,
    string Logits = ColumnNames.Logits,
    string Embedding = ColumnNames.Embedding,
    string LayerStatistics = ColumnNames.LayerStatistics)
{
    /// <summary>What is wrong with the names: one is missing, or two columns have the same. Null if nothing is.</summary>
    public string? Fault()
    {
        (string Option, string Name)[] columns =
        [
            ("PredictedLabel", PredictedLabel), ("Score", Score), ("Logits", Logits), ("Embedding", Embedding), ("LayerStatistics", LayerStatistics),
        ];
        if (columns.FirstOrDefault(column => string.IsNullOrEmpty(column.Name)) is { Option: { } nameless })
            return $"{nameless}ColumnName is empty; every column needs a name";
        var twice = columns.GroupBy(column => column.Name).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? null
            : $"{string.Join(" and ", twice.Select(column => $"{column.Option}ColumnName"))} are all '{twice.Key}'; give each column a name of its own";
    }
}
