using System.Runtime.InteropServices;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Switches of libtorch's context (<c>at::Context</c>), which are the process's: Python has them in <c>torch.backends</c>, TorchSharp does not show them.
/// </summary>
/// <remarks>They are C++ methods, exported under names that the compiler makes: by one rule on Windows, by another elsewhere.</remarks>
internal static unsafe class TorchContext
{
    /// <summary>What a switch is at.</summary>
    /// <param name="getter">A method without arguments that gives a bool.</param>
    /// <returns>Null where this libtorch has no such method.</returns>
    public static bool? Get(string getter)
        => Find() is { } context
            && Export(OperatingSystem.IsWindows() ? $"?{getter}@Context@at@@QEBA_NXZ" : $"_ZNK2at7Context{getter.Length}{getter}Ev") is { } get
            ? ((delegate* unmanaged<nint, byte>)get)(context) != 0
            : null;

    /// <summary>Sets all of the switches, or none where this libtorch lacks one of the methods.</summary>
    /// <param name="value">To what.</param>
    /// <param name="setters">Methods that take a bool.</param>
    /// <returns>Whether they are set.</returns>
    public static bool TrySet(bool value, params IReadOnlyList<string> setters)
    {
        nint?[] methods = [.. setters.Select(setter
            => Export(OperatingSystem.IsWindows() ? $"?{setter}@Context@at@@QEAAX_N@Z" : $"_ZN2at7Context{setter.Length}{setter}Eb"))];
        if (Find() is not { } context || methods.Contains(null))
            return false;
        foreach (var set in methods)
            ((delegate* unmanaged<nint, byte, void>)set!.Value)(context, value ? (byte)1 : (byte)0);
        return true;
    }

    private static nint? Find()
        => Export(OperatingSystem.IsWindows() ? "?globalContext@at@@YAAEAVContext@1@XZ" : "_ZN2at13globalContextEv") is { } context
            ? ((delegate* unmanaged<nint>)context)()
            : null;

    private static nint? Export(string name)
        => TorchRuntime.FindLibTorch() is { } library && NativeLibrary.TryGetExport(library, name, out var export) ? export : null;
}
