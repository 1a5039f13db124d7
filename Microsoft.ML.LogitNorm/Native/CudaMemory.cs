using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.LogitNorm;

/// <summary>How much of a GPU's memory is free, which TorchSharp does not tell: by the CUDA runtime that libtorch has loaded.</summary>
internal static unsafe class CudaMemory
{
    private const int Success = 0;

    /// <summary>Free bytes of a GPU.</summary>
    /// <param name="device">Its number.</param>
    /// <returns>Null where the runtime is not found or does not answer.</returns>
    public static long? Free(int device)
    {
        if (!TryFindRuntime(out var getDevice, out var setDevice, out var getInfo))
            return null;
        // The runtime tells of the thread's current GPU, which is libtorch's to choose.
        int before;
        if (((delegate* unmanaged<int*, int>)getDevice)(&before) != Success || ((delegate* unmanaged<int, int>)setDevice)(device) != Success)
            return null;
        nuint free, total;
        var answered = ((delegate* unmanaged<nuint*, nuint*, int>)getInfo)(&free, &total) == Success;
        var restored = ((delegate* unmanaged<int, int>)setDevice)(before) == Success;
        return answered && restored ? (long)free : null;
    }

    // On Linux a library's handle finds what the libraries that it brings export, whatever their files are called; on Windows each file has to be named.
    private static bool TryFindRuntime(out nint getDevice, out nint setDevice, out nint getInfo)
    {
        foreach (var name in new[] { "c10_cuda", "cudart64_12" })
            if (NativeLibrary.TryLoad(name, typeof(torch).Assembly, null, out var library)
                && NativeLibrary.TryGetExport(library, "cudaGetDevice", out getDevice)
                && NativeLibrary.TryGetExport(library, "cudaSetDevice", out setDevice)
                && NativeLibrary.TryGetExport(library, "cudaMemGetInfo", out getInfo))
                return true;
        (getDevice, setDevice, getInfo) = (0, 0, 0);
        return false;
    }
}
