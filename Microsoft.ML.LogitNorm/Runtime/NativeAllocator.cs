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
    private const int Gigabyte = 1 << 30;

    /// <summary>Applies the settings on Linux with glibc; elsewhere there is nothing to set.</summary>
    public static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux() || (AppContext.TryGetSwitch(Switch, out var wanted) && !wanted))
            return;
        try
        {
            mallopt(MmapThreshold, Gigabyte);
            mallopt(TrimThreshold, int.MaxValue);
            mallopt(TopPad, 64 << 20);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, such as musl, without these settings: training is right, and as fast as that library allows.
        }
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
