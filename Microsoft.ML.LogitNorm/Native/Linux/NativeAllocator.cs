using System.Runtime.InteropServices;

namespace Microsoft.ML.LogitNorm;

/// <summary>Keeps glibc from handing the memory of each tensor back to the system, to ask for it again, page by page, at the next step.</summary>
/// <remarks>
/// Each layer of a network takes and frees megabytes. By default glibc maps such blocks anew every time, and filling in their pages takes
/// a good part of a training step's processor time. Nothing leaks: freed memory stays with the process for its next tensors. It concerns
/// the whole process, so an application can decline by the switch <see cref="Switch"/> in its runtimeconfig.
/// </remarks>
internal static partial class NativeAllocator
{
    /// <summary>An AppContext switch; false leaves the allocator alone.</summary>
    public const string Switch = "Microsoft.ML.LogitNorm.KeepNativeMemory";

    // Names and numbers of malloc.h.
    private const int TrimThreshold = -1, TopPad = -2, MmapThreshold = -3;
    private const int Gigabyte = 1 << 30, Megabyte = 1 << 20;

    /// <summary>
    /// The sizes from which blocks are mapped, in the order of trial: glibc up to about 2.34 takes no more than half of a thread's heap, 32 MB.
    /// </summary>
    private static readonly int[] _mapFrom = [Gigabyte, 32 * Megabyte];

    /// <summary>Applies the settings on Linux with glibc; elsewhere there is nothing to set.</summary>
    /// <returns>Whether they hold.</returns>
    public static bool KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux() || (AppContext.TryGetSwitch(Switch, out var wanted) && !wanted))
            return false;
        try
        {
            return KeepFreedMemory(mallopt);
        }
        catch (EntryPointNotFoundException)
        {
            return false;   // another C library, such as musl, without these settings: training is right, and as fast as that library allows
        }
    }

    /// <summary>All of the settings or none.</summary>
    /// <remarks>
    /// Any of them, once taken, ends glibc's own adjustment of the size from which blocks are mapped. Were that size itself refused, it would stay at 128 KB
    /// for good, which is worse than no setting at all; so it goes first, and the others follow only where it was taken.
    /// </remarks>
    /// <param name="set">Sets a parameter to a value and returns 1, or refuses it and returns 0, as <c>mallopt</c> does.</param>
    /// <returns>Whether they hold.</returns>
    internal static bool KeepFreedMemory(Func<int, int, int> set)
        => _mapFrom.Any(size => set(MmapThreshold, size) != 0) && set(TrimThreshold, int.MaxValue) != 0 && set(TopPad, 64 * Megabyte) != 0;

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
