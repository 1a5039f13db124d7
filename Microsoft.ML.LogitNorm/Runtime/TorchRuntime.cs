using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.Runtime;
using TorchSharp;

namespace Microsoft.ML.LogitNorm;

/// <summary>Makes sure that TorchSharp finds its native half before it is first touched.</summary>
/// <remarks>
/// TorchSharp loads libtorch in a static constructor, so a failure there is final, and its message blames a missing package whatever
/// the reason. Call <see cref="EnsureAvailable(IHostEnvironment)"/> before any use of <see cref="torch"/> and before any data is read.
/// </remarks>
internal static class TorchRuntime
{
    private static readonly Lock Gate = new();
    private static volatile bool _available;
    private static string? _note;

    /// <summary>Loads native libtorch unless that is done, and logs once per process if that took more than usual.</summary>
    /// <exception cref="DllNotFoundException">There is no native libtorch, or none that can be used. Says what to add; the next call tries again.</exception>
    public static void EnsureAvailable(IHostEnvironment env)
    {
        EnsureAvailable();
        if (_note is null || Interlocked.Exchange(ref _note, null) is not { } note)
            return;
        using var channel = env.Start(nameof(TorchRuntime));
        channel.Info(note);
    }

    /// <inheritdoc cref="EnsureAvailable(IHostEnvironment)"/>
    /// <summary>Loads native libtorch unless that is done. What there is to log waits for a caller that has a log.</summary>
    public static void EnsureAvailable()
    {
        if (_available)
            return;
        lock (Gate)
        {
            if (_available)
                return;
            _note = Load(typeof(torch).Assembly);
            _available = true;
        }
    }

    private static string? Load(Assembly torchSharp)
    {
        // As TorchSharp does it, in its order: what loads here, loads there.
        NativeLibrary.TryLoad("torch_cpu", torchSharp, null, out _);
        if (NativeLibrary.TryLoad("LibTorchSharp", torchSharp, null, out _))
            return null;

        var folders = NativeFolders.Current;
        if (!OperatingSystem.IsLinux() || folders.Find("libtorch.so") is not { } libtorch || folders.Find("libLibTorchSharp.so") is not { } stock)
            throw new DllNotFoundException($"No native libtorch for {TorchPackages.Platform}.");

        NativeLibrary.Load(libtorch);   // brings everything else that libLibTorchSharp.so needs, CUDA too
        try
        {
            NativeLibrary.Load(stock);
            return null;
        }
        catch (DllNotFoundException refusal) when (GlibcxxRelaxation.Explains(refusal))
        {
            return GlibcxxRelaxation.Load(stock);
        }
    }
}
