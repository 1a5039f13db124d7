using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.Runtime;
using TorchSharp;

namespace Microsoft.ML.LogitNorm;

/// <summary>Makes sure that TorchSharp finds its native half before it is first touched.</summary>
/// <remarks>
/// TorchSharp loads libtorch in a static constructor, so a failure there is final, and its message blames a missing package whatever
/// the reason. Call <see cref="EnsureAvailable(IHostEnvironment)"/> before any use of <see cref="torch"/> and before any data is read.
/// <para>
/// A libtorch of another major or minor version is refused; it would load on Linux and end the process at the first missing symbol.
/// What cannot be told apart: patch releases, and builds of the right version with other options than the packages'.
/// </para>
/// </remarks>
internal static class TorchRuntime
{
    private static readonly Lock Gate = new();
    private static volatile bool _available;
    private static Action<IChannel>? _unsaid;

    /// <summary>
    /// Loads native libtorch unless that is done, and logs once per process if that took more than usual, and what <see cref="OneDnnGuard"/> found.
    /// </summary>
    /// <exception cref="DllNotFoundException">There is no native libtorch, or none that can be used. Says what to add; the next call tries again.</exception>
    /// <exception cref="PlatformNotSupportedException">Its convolutions are wrong on this processor.</exception>
    public static void EnsureAvailable(IHostEnvironment env)
    {
        EnsureAvailable();
        if (_unsaid is null || Interlocked.Exchange(ref _unsaid, null) is not { } say)
            return;
        using var channel = env.Start(nameof(TorchRuntime));
        say(channel);
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
            var note = Load(typeof(torch).Assembly, NativeFolders.Current);
            if (note is not null)
                _unsaid += channel => channel.Info(note);
            NativeAllocator.KeepFreedMemory();
            var (text, isWarning) = OneDnnGuard.Apply();
            if (text is not null)
                _unsaid += isWarning ? channel => channel.Warning(text) : channel => channel.Info(text);
            _available = true;
        }
    }

    /// <summary>Handle of the libtorch_cpu that is loaded: its name finds it wherever it lies.</summary>
    /// <returns>Null where there is none yet, or under another name.</returns>
    public static nint? FindLibTorch() => NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out var library) ? library : null;

    // What is thrown here has no inner exception: ML.NET wraps it at Model.Load, and whoever asks for the base exception is to get what to do.
    internal static string? Load(Assembly torchSharp, IReadOnlyList<string> folders)
    {
        var (libtorch, libTorchSharp) = TorchPackages.NativeFiles;
        var libtorchPath = folders.Find(libtorch);
        // By name, and torch_cpu first, as TorchSharp does it: what loads here, loads there.
        var found = NativeLibrary.TryLoad("torch_cpu", torchSharp, null, out var handle)
            || (libtorchPath is not null && NativeLibrary.TryLoad(libtorchPath, out handle));
        if (found)
            LibTorchVersion.Check(handle);
        if (AskByName(torchSharp) is null)
            return null;
        // TorchSharp.dll in the package cache: a notebook or script, for which TorchSharp gathers the native files itself.
        if (NativeFolders.IsPackageCache(TorchPackages.TorchSharpFolder))
            return null;

        if (!found && libtorchPath is null)
            throw new DllNotFoundException(TorchLoadError.NoLibTorch(TorchPackages.Platform, libtorch, folders));
        if (folders.Find(libTorchSharp) is not { } stockPath)
            throw new DllNotFoundException(TorchLoadError.NoLibTorchSharp(TorchPackages.Platform, libTorchSharp, folders));
        try
        {
            var note = LoadByPath(libtorchPath ?? libtorch, stockPath);
            return AskByName(torchSharp) is { } stillRefused ? throw stillRefused : note;
        }
        catch (Exception reason) when (reason is DllNotFoundException or BadImageFormatException or InvalidDataException)
        {
            throw new DllNotFoundException(TorchLoadError.Refused(TorchPackages.Platform, stockPath, reason.Message));
        }
    }

    private static Exception? AskByName(Assembly torchSharp)
    {
        try
        {
            NativeLibrary.Load("LibTorchSharp", torchSharp, null);
            return null;
        }
        catch (Exception refusal) when (refusal is DllNotFoundException or BadImageFormatException)
        {
            return refusal;
        }
    }

    private static string? LoadByPath(string libtorchPath, string stockPath)
    {
        NativeLibrary.Load(libtorchPath);   // brings all that LibTorchSharp needs, CUDA too
        try
        {
            NativeLibrary.Load(stockPath);
            return null;
        }
        catch (DllNotFoundException refusal) when (OperatingSystem.IsLinux() && GlibcxxRelaxation.Explains(refusal))
        {
            return GlibcxxRelaxation.Load(stockPath);
        }
    }
}
