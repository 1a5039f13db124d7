using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>
/// What a process may use of the processor's vector instructions: all, or what an older processor has, which libtorch and oneDNN can be told.
/// </summary>
/// <param name="Name">As processors' makers call it.</param>
/// <param name="Environment">The variables of a process that is held to it.</param>
internal sealed record InstructionSet(string Name, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Those of this machine that can be measured, the best first.</summary>
    public static IReadOnlyList<InstructionSet> All { get; } = Avx512F.IsSupported
        ? [Best("AVX-512"), new("AVX2", new Dictionary<string, string> { ["ONEDNN_MAX_CPU_ISA"] = "AVX2", ["ATEN_CPU_CAPABILITY"] = "avx2" })]
        : [Best(Avx2.IsSupported ? "AVX2" : RuntimeInformation.ProcessArchitecture.ToString())];

    private static InstructionSet Best(string name) => new(name, new Dictionary<string, string>());
}
