namespace Microsoft.ML.LogitNorm;

/// <summary>An image that cannot be read.</summary>
/// <param name="problem">What is wrong, naming the file, and what to do.</param>
internal sealed class UnreadableImageException(string problem) : Exception(problem);
