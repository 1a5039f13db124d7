using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.LogitNorm;

namespace PaperBenchmark.Runs;

/// <summary>What a run ran on. Seconds, and on other machines weights too, depend on it.</summary>
/// <param name="Device">CPU, or the GPU's number.</param>
/// <param name="Processor">Architecture and cores.</param>
/// <param name="Threads">OMP_NUM_THREADS, which says how many threads compute, where it is set.</param>
/// <param name="OperatingSystem">Name and version.</param>
/// <param name="Runtime">Version of .NET.</param>
/// <param name="Library">Version of Microsoft.ML.LogitNorm.</param>
/// <param name="TorchSharp">Version of TorchSharp.</param>
internal sealed record Machine(string Device, string Processor, string Threads, string OperatingSystem, string Runtime, string Library, string TorchSharp)
{
    public static Machine This(int? gpuDeviceId) => new(
        gpuDeviceId is { } gpu ? $"CUDA {gpu}" : "CPU",
        $"{RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores",
        Environment.GetEnvironmentVariable("OMP_NUM_THREADS") ?? "not set",
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        Version(typeof(LogitNormTrainer)),
        Version(typeof(TorchSharp.torch)));

    // Without the commit that some builds append.
    private static string Version(Type type)
    {
        var written = type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return (written ?? type.Assembly.GetName().Version?.ToString() ?? "unknown").Split('+')[0];
    }
}
