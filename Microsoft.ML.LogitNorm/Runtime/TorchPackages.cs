using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.LogitNorm;

/// <summary>The packages that bring native libtorch, and the versions that fit the referenced TorchSharp.</summary>
/// <remarks>Asks the TorchSharp assembly only for metadata. The first real use of <see cref="torch"/> loads libtorch, and its failure stays for good.</remarks>
internal static class TorchPackages
{
    /// <summary>Version of the referenced TorchSharp package, as <c>0.107.0</c>.</summary>
    public static string TorchSharpVersion { get; }
        = typeof(torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The libtorch that this TorchSharp was built for, or null if it does not say. It keeps the number in a private constant.</summary>
    public static Version? LibTorchVersion { get; }
        = typeof(torch).GetField("libtorchPackageVersion", BindingFlags.NonPublic | BindingFlags.Static) is { IsLiteral: true } field
            && Version.TryParse(field.GetRawConstantValue() as string, out var version) ? new(version.Major, version.Minor, version.Build) : null;

    /// <summary>Folder of TorchSharp.dll, or empty in a single-file application.</summary>
    public static string TorchSharpFolder { get; } = Path.GetDirectoryName(typeof(torch).Assembly.Location) ?? "";

    /// <summary>Runtime identifier of this process as the packages are named, as <c>linux-x64</c>.</summary>
    public static string Platform { get; } =
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")
        + "-" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
}
