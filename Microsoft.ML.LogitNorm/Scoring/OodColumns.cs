namespace Microsoft.ML.LogitNorm;

/// <summary>The names of the columns that scores read.</summary>
/// <param name="Logits">Of the logits, which also lead to the network.</param>
/// <param name="Embedding">Of the embedding.</param>
/// <param name="Label">Of the class of each row, for learning only.</param>
internal sealed record OodColumns(string Logits = ColumnNames.Logits, string Embedding = ColumnNames.Embedding, string Label = "Label");
