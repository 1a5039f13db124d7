using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>A pass over an <see cref="IExampleSource"/>.</summary>
internal interface IExampleBatches : IDisposable
{
    /// <summary>The next batch, in the caller's scope. There are as many as the source's count and the batch size give; do not ask for more.</summary>
    /// <returns>Rows [B, …] as the column holds them, and labels [B], int64, from 0.</returns>
    (Tensor Values, Tensor Labels) Next();
}
