using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.LogitNorm;

/// <summary>What the processor tells of its caches.</summary>
internal static class ProcessorCaches
{
    private const int Vendor = 0, ThreadTopology = 0xB, CacheTopology = unchecked((int)0x8000001D);

    // Subfunctions: the first-level data cache, and the second-level cache. Not every processor has a third.
    private static readonly int[] _caches = [0, 2];

    // "AuthenticAMD", four letters a register.
    private static readonly (int Ebx, int Edx, int Ecx) _amd = (0x68747541, 0x69746E65, 0x444D4163);

    /// <summary>
    /// Whether this is an AMD processor that does not tell the sizes of its caches, as in a virtual machine whose hypervisor leaves out the topology
    /// extensions.
    /// </summary>
    public static bool AreHidden => X86Base.IsSupported && AreHiddenBy(X86Base.CpuId);

    /// <summary>
    /// Whether the processor tells how its cores share threads. Where it does not, oneDNN 3.7 divides by zero as soon as it looks at an AMD processor.
    /// </summary>
    public static bool TellsTopology => X86Base.IsSupported && X86Base.CpuId(Vendor, 0).Eax >= ThreadTopology;

    /// <inheritdoc cref="AreHidden"/>
    /// <param name="cpuId">The registers that the instruction CPUID gives for a function and a subfunction.</param>
    /// <remarks>
    /// AMD64 Architecture Programmer's Manual, volume 3, appendix E.4.15: bits 4 to 0 of EAX are the type of the cache, zero for none; of a function that is
    /// not there all is zero.
    /// </remarks>
    internal static bool AreHiddenBy(Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)> cpuId)
    {
        var vendor = cpuId(Vendor, 0);
        const int cacheType = 0x1F;
        return (vendor.Ebx, vendor.Edx, vendor.Ecx) == _amd && _caches.Any(cache => (cpuId(CacheTopology, cache).Eax & cacheType) == 0);
    }
}
