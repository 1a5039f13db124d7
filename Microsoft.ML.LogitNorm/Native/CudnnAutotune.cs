namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Lets cuDNN try its algorithms on the first batch of each size and keep the fastest:
/// PyTorch's <c>torch.backends.cudnn.benchmark</c>, which TorchSharp does not have.
/// </summary>
/// <remarks>On Windows, where it has not been tried, cuDNN chooses by rule.</remarks>
internal static class CudnnAutotune
{
    /// <summary>Switches it on for this process.</summary>
    /// <returns>Whether it is on.</returns>
    public static bool TryEnable()
        => !OperatingSystem.IsWindows() && TorchContext.TrySet(true, "setBenchmarkCuDNN") && TorchContext.Get("benchmarkCuDNN") is true;
}
