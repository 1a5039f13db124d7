namespace Microsoft.ML.LogitNorm;

/// <summary>An output of an exported file.</summary>
/// <param name="Name">Its name, that of the model's column.</param>
/// <param name="Type">The type of its elements: Single, Boolean or String.</param>
/// <param name="Length">Values of each row; its shape is [batch, length].</param>
/// <param name="LargestDifference">
/// From the model's own values, on the rows that were compared; NaN for texts and decisions, of which <paramref name="Differing"/> tells.
/// </param>
/// <param name="Differing">Rows whose text or decision is another one, or whose ranks among other rows are.</param>
public sealed record OnnxOutput(string Name, string Type, int Length, double LargestDifference = double.NaN, int Differing = 0);
