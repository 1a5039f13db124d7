using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.LogitNorm;

/// <summary>The packages that bring native libtorch, and the versions that fit the referenced TorchSharp.</summary>
/// <remarks>Asks the TorchSharp assembly only for metadata. The first real use of <see cref="torch"/> loads libtorch, and its failure stays for good.</remarks>
internal static class TorchPackages
{
    /// <summary>The platforms that TorchSharp has native files for, as runtime identifiers.</summary>
    public static IReadOnlyList<string> Platforms { get; } = ["linux-x64", "win-x64", "win-arm64", "osx-arm64"];

    /// <summary>The platform of this process, as <c>linux-x64</c>; it need not be among <see cref="Platforms"/>.</summary>
    public static string Platform { get; } =
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")
        + "-" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    /// <summary>Version of the referenced TorchSharp package, as <c>0.107.0</c>.</summary>
    public static string TorchSharpVersion { get; }
        = typeof(torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The libtorch that this TorchSharp was built for, or null if it does not say. It keeps the number in a private constant.</summary>
    public static Version? LibTorchVersion { get; }
        = typeof(torch).GetField("libtorchPackageVersion", BindingFlags.NonPublic | BindingFlags.Static) is { IsLiteral: true } field
            && Version.TryParse(field.GetRawConstantValue() as string, out var version) ? new(version.Major, version.Minor, version.Build) : null;

    /// <summary>Folder of TorchSharp.dll, or empty in a single-file application.</summary>
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "Empty is an answer that the callers know.")]
    public static string TorchSharpFolder => Path.GetDirectoryName(typeof(torch).Assembly.Location) ?? "";

    /// <summary>File names on this system: libtorch, which depends on all its parts, and TorchSharp's own native library.</summary>
    public static (string LibTorch, string LibTorchSharp) NativeFiles { get; } =
        OperatingSystem.IsWindows() ? ("torch_cpu.dll", "LibTorchSharp.dll")
        : OperatingSystem.IsMacOS() ? ("libtorch.dylib", "libLibTorchSharp.dylib")
        : ("libtorch.so", "libLibTorchSharp.so");

    /// <summary>Package and version of libtorch for the CPU, or null where there is none.</summary>
    public static string? Cpu(string platform) => Platforms.Contains(platform) ? $"libtorch-cpu-{platform} {LibTorchVersion}".TrimEnd() : null;

    /// <summary>Package and version of libtorch for NVIDIA GPUs, or null where there is none.</summary>
    public static string? Cuda(string platform) => platform switch
    {
        "linux-x64" => $"TorchSharp-cuda-linux {TorchSharpVersion}",
        "win-x64" => $"TorchSharp-cuda-windows {TorchSharpVersion}",
        _ => null,
    };
}
