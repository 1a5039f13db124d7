namespace Microsoft.ML.LogitNorm.Tests.Reference;

/// <summary>A tensor of the golden files: <see cref="Data"/> is row-major over <see cref="Shape"/>.</summary>
internal sealed record Matrix(int[] Shape, double[] Data);
