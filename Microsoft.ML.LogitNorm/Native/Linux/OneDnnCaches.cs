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

    private const int MaxLevels = 10;        // of Xbyak::util::Cpu: sizes, and numbers of cores that share a cache, so many each; then how many are filled
    private const int WordsOfCpu = 40;       // more than lie before and in them
    private const int WrongLevels = 3;

    /// <summary>Sets the number of caches to zero in the oneDNN of a libtorch that is loaded, before its first convolution.</summary>
    /// <param name="library">Handle of libtorch_cpu.</param>
    /// <param name="path">Its file.</param>
    /// <returns>Whether the wrong belief was found, and mended.</returns>
    public static bool Mend(nint library, string path)
    {
        var cpu = (uint*)CpuOf(library, path);
        if (cpu is null || LevelsIn(new(cpu, WordsOfCpu)) is not { } levels)
            return false;
        cpu[levels] = 0;
        return true;
    }

    /// <summary>
    /// The object in which oneDNN keeps what it knows of the processor; zero where its file does not say, in which case oneDNN will be switched off.
    /// </summary>
    internal static nint CpuOf(nint library, string path)
    {
        if (!NativeLibrary.TryGetExport(library, Landmark, out var landmark))
            return 0;
        try
        {
            using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
            using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            return ValuesOf(view.SafeMemoryMappedViewHandle, new FileInfo(path).Length) is [{ } function, { } known]
                ? ((delegate* unmanaged<nint>)((ulong)landmark - known + function))()
                : 0;
        }
        catch (Exception reason) when (reason is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return 0;
        }
    }

    private static ulong?[] ValuesOf(SafeBuffer file, long length)
    {
        if (length > int.MaxValue)
            return [];
        byte* image = null;
        file.AcquirePointer(ref image);
        try
        {
            return new ElfImage(new Span<byte>(image, (int)length)).ValuesOf(Cpu, Landmark);
        }
        finally
        {
            file.ReleasePointer();
        }
    }

    /// <summary>Where the number of caches stands behind three caches of one byte; null where there is no such thing.</summary>
    internal static int? LevelsIn(ReadOnlySpan<uint> words)
    {
        for (var sizes = 0; sizes + 2 * MaxLevels < words.Length; sizes++)
        {
            var cores = words.Slice(sizes + MaxLevels, MaxLevels);
            if (words.Slice(sizes, MaxLevels).SequenceEqual<uint>([1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
                && !cores[..WrongLevels].Contains(0u) && !cores[WrongLevels..].ContainsAnyExcept(0u)
                && words[sizes + 2 * MaxLevels] == WrongLevels)
                return sizes + 2 * MaxLevels;
        }
        return null;
    }
}
