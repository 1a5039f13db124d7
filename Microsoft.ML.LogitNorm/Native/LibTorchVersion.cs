using System.Runtime.InteropServices;

namespace Microsoft.ML.LogitNorm;

/// <summary>Which libtorch is loaded, asked of the library itself.</summary>
internal static class LibTorchVersion
{
    // A C function of libtorch's stable ABI, on every platform; older releases lack it.
    private const string AbiVersion = "aoti_torch_abi_version";

    /// <summary>Refuses a libtorch whose major or minor version is not the one that TorchSharp was built for. Patch releases keep their symbols.</summary>
    /// <param name="libtorch">Handle of the loaded library.</param>
    /// <exception cref="DllNotFoundException">Another version, or one too old to say.</exception>
    public static void Check(nint libtorch)
    {
        if (TorchPackages.LibTorchVersion is { } expected)
            Check(libtorch, expected);
    }

    /// <inheritdoc cref="Check(nint)"/>
    internal static unsafe void Check(nint libtorch, Version expected)
    {
        var found = NativeLibrary.TryGetExport(libtorch, AbiVersion, out var function) ? FromAbi(((delegate* unmanaged<ulong>)function)()) : null;
        if (found is null || found.Major != expected.Major || found.Minor != expected.Minor)
            throw new DllNotFoundException(TorchLoadError.WrongVersion(TorchPackages.Platform, found, expected));
    }

    /// <summary>Reads the number that libtorch packs as major, minor, patch in its three highest bytes.</summary>
    internal static Version FromAbi(ulong packed) => new((int)(packed >> 56), (int)(packed >> 48 & 0xFF), (int)(packed >> 40 & 0xFF));
}
