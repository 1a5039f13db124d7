using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Lets cuDNN try its algorithms on the first batch of each size and keep the fastest:
/// PyTorch's <c>torch.backends.cudnn.benchmark</c>, which TorchSharp does not have.
/// </summary>
/// <remarks>
/// The switch is a member of libtorch's context. Its exported name is the C++ compiler's, here that of Linux; elsewhere cuDNN chooses by rule.
/// </remarks>
internal static unsafe class CudnnAutotune
{
    /// <summary>Switches it on for this process.</summary>
    /// <returns>Whether it is on.</returns>
    public static bool TryEnable()
    {
        if (!NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out var library)
            || !NativeLibrary.TryGetExport(library, "_ZN2at13globalContextEv", out var globalContext)
            || !NativeLibrary.TryGetExport(library, "_ZN2at7Context17setBenchmarkCuDNNEb", out var set)
            || !NativeLibrary.TryGetExport(library, "_ZNK2at7Context14benchmarkCuDNNEv", out var get))
            return false;
        var context = ((delegate* unmanaged<nint>)globalContext)();
        ((delegate* unmanaged<nint, byte, void>)set)(context, 1);
        return ((delegate* unmanaged<nint, byte>)get)(context) != 0;
    }
}
