namespace Microsoft.ML.LogitNorm;

/// <summary>What to tell a user whose application has no usable libtorch: what is wrong, what to add on this platform, where it was looked for.</summary>
internal static class TorchLoadError
{
    /// <summary>The application has no libtorch.</summary>
    public static string NoLibTorch(string platform, string file, IEnumerable<string> folders)
        => $"The application has no native libtorch, which TorchSharp {TorchPackages.TorchSharpVersion} needs. "
            + $"{Remedy(platform)} {LookedFor(file, folders)}";

    /// <summary>libtorch is there, TorchSharp's own native library is not.</summary>
    public static string NoLibTorchSharp(string platform, string file, IEnumerable<string> folders)
        => $"The application lacks {file}, the native half of the package TorchSharp {TorchPackages.TorchSharpVersion}. "
            + $"Build or publish it for {platform}, and keep its 'runtimes' folder. {LookedFor(file, folders)}";

    /// <summary>Another libtorch than TorchSharp was built for; null if it is too old to say which.</summary>
    public static string WrongVersion(string platform, Version? found, Version expected)
        => $"The application loads libtorch {found?.ToString() ?? "of a version too old to say which"}, "
            + $"but TorchSharp {TorchPackages.TorchSharpVersion} needs {expected}. "
            + $"{Remedy(platform)} A process holds one libtorch: remove the package that brings the other, "
            + "a libtorch-… or a TorchSharp-cpu or -cuda of another version, "
            + "as applications of Microsoft.ML.TorchSharp have it.";

    /// <summary>The files are there, and the system does not load them.</summary>
    public static string Refused(string platform, string libTorchSharpPath, string reason)
        => $"This system does not load {libTorchSharpPath} and the libtorch that it needs: {reason.TrimEnd()}"
            + platform.Split('-')[0] switch
            {
                "linux" => " They need glibc 2.34 and the libstdc++ of GCC 11, or newer: RHEL 9, Ubuntu 22.04 and Debian 12 have them, Alpine does not.",
                "win" => " They need the Microsoft Visual C++ Redistributable.",
                _ => "",
            };

    /// <summary>A GPU was asked for, and CUDA is not available.</summary>
    public static string NoGpu(string platform, int gpuDeviceId)
        => $"MLContext.GpuDeviceId is {gpuDeviceId}, but no GPU is available to TorchSharp. "
            + (TorchPackages.Cuda(platform) is { } cuda
                ? $"That takes an NVIDIA GPU with its driver, and the package {cuda} in the application in place of {TorchPackages.Cpu(platform)}."
                : $"There is no CUDA package for {platform}: leave GpuDeviceId null.");

    private static string Remedy(string platform) => (TorchPackages.Cpu(platform), TorchPackages.Cuda(platform)) switch
    {
        ({ } cpu, { } cuda) => $"Add one package to the application's project: {cpu} for the CPU, or {cuda} for NVIDIA GPUs.",
        ({ } cpu, null) => $"Add the package {cpu} to the application's project.",
        _ => $"There is none for {platform}, only for {string.Join(", ", TorchPackages.Platforms)}.",
    };

    private static string LookedFor(string file, IEnumerable<string> folders)
        => $"Looked for {file} in:{string.Concat(folders.Select(folder => $"{Environment.NewLine}  {folder}"))}";
}
