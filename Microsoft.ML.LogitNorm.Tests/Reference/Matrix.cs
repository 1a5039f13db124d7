using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests.Reference;

/// <summary>A tensor of the golden files: <see cref="Data"/> is row-major over <see cref="Shape"/>.</summary>
internal sealed record Matrix(int[] Shape, double[] Data)
{
    /// <summary>The same for torch, float64, in the caller's scope.</summary>
    public torch.Tensor ToTensor() => torch.tensor(Data, [.. Shape.Select(size => (long)size)]);
}
