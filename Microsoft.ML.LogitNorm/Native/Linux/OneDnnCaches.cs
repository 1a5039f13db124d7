using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Microsoft.ML.LogitNorm;

/// <summary>Mends what oneDNN believes of caches that the processor hides, as its own later releases do.</summary>
/// <remarks>
/// oneDNN 3.7, of libtorch 2.10, takes three caches of one byte each where an AMD processor hides them (<see cref="ProcessorCaches.AreHidden"/>). From 3.8 on
/// it takes their number for zero, and then goes by usual sizes: <c>platform::get_per_core_cache_size</c>, which 3.7 has as well. So that number is set to
/// zero, in an object of the library's own (<c>Xbyak::util::Cpu</c>). It is found by its symbol, which the packages for Linux keep, and written to only where
/// it holds exactly the wrong belief.
/// </remarks>
internal static unsafe class OneDnnCaches
{
    // cpu() in dnnl::impl::cpu::x64, which gives the object, and a function that is exported, by which the place of all others is known.
    private const string Cpu = "_ZN4dnnl4impl3cpu3x643cpuEv", Landmark = "aoti_torch_abi_version";

    // The object, in words of 32 bits: four of features, a flag, two of cores and threads; ten sizes of caches; ten numbers of cores that share one; how many
    // of these ten there are; a version.
    internal const int SizesAt = 7, MaxLevels = 10, SharingAt = SizesAt + MaxLevels, LevelsAt = SharingAt + MaxLevels, Words = LevelsAt + 2;

    private const int WrongLevels = 3;

    /// <summary>Sets the number of caches to zero in the oneDNN of a libtorch that is loaded, before its first convolution.</summary>
    /// <param name="library">Handle of libtorch_cpu.</param>
    /// <returns>Whether the wrong belief was found and mended, now or before.</returns>
    public static bool Mend(nint library)
    {
        var cpu = (uint*)CpuOf(library);
        if (cpu is null || !IsWrong(new(cpu, Words)))
            return false;
        cpu[LevelsAt] = 0;
        return true;
    }

    /// <summary>Whether this is the object, with three caches of one byte, or mended already.</summary>
    internal static bool IsWrong(ReadOnlySpan<uint> words)
        => words.Slice(SizesAt, MaxLevels).SequenceEqual<uint>([1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
            && !words.Slice(SharingAt, WrongLevels).Contains(0u)
            && !words[(SharingAt + WrongLevels)..LevelsAt].ContainsAnyExcept(0u)
            && words[LevelsAt] is WrongLevels or 0;

    /// <summary>The object in which oneDNN keeps what it knows of the processor; zero where that is not to be found.</summary>
    /// <param name="library">Handle of libtorch_cpu.</param>
    internal static nint CpuOf(nint library)
    {
        if (!NativeLibrary.TryGetExport(library, Landmark, out var landmark))
            return 0;
        using var process = Process.GetCurrentProcess();
        foreach (ProcessModule module in process.Modules)
            using (module)
                if (landmark >= module.BaseAddress && landmark - module.BaseAddress < module.ModuleMemorySize)
                    return CpuOf(module.FileName, module.BaseAddress, landmark);
        return 0;
    }

    // The file must be the one that is loaded: its landmark lies where the loaded one does.
    internal static nint CpuOf(string path, nint start, nint landmark)
    {
        try
        {
            using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
            using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            return FunctionsIn(view.SafeMemoryMappedViewHandle, new FileInfo(path).Length) is [{ } function, { } known] && known == (ulong)(landmark - start)
                ? ((delegate* unmanaged<nint>)(start + (nint)function))()
                : 0;
        }
        catch (Exception reason) when (reason is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
        {
            return 0;   // it is gone, is not to be read, or is no such file
        }
    }

    private static ulong?[] FunctionsIn(SafeBuffer file, long length)
    {
        if (length > int.MaxValue)
            return [];
        byte* image = null;
        file.AcquirePointer(ref image);
        try
        {
            return new ElfImage(new Span<byte>(image, (int)length)).FunctionsNamed(Cpu, Landmark);
        }
        finally
        {
            file.ReleasePointer();
        }
    }
}
