using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Mends oneDNN where its convolutions would be wrong, or else switches it off, and says so.</summary>
/// <remarks>
/// oneDNN cuts its work by the sizes of the processor's caches. Where an AMD processor hides them (<see cref="ProcessorCaches.AreHidden"/>) it takes each
/// for one byte, and then many convolutions are wrong by as much as they are large, without a word, and others end the process by a division by zero. That
/// is known before the first one. Whatever else may go wrong so on a processor that nobody has met is looked for by a few convolutions whose sums are known.
/// libtorch has convolutions of its own, which are right in both cases, and take several times as long.
/// </remarks>
internal static unsafe class OneDnnGuard
{
    // at::globalContext() and the switches of at::Context, which torch.backends.mkldnn.enabled sets in Python. TorchSharp does not show them, and compilers
    // name them differently. NNPACK is the next in line, and complains on the error stream, at each convolution, of caches that are hidden.
    private static readonly string _context = OperatingSystem.IsWindows() ? "?globalContext@at@@YAAEAVContext@1@XZ" : "_ZN2at13globalContextEv";

    private static readonly string[] _switches = OperatingSystem.IsWindows()
        ? ["?setUserEnabledMkldnn@Context@at@@QEAAX_N@Z", "?setUserEnabledNNPACK@Context@at@@QEAAX_N@Z"]
        : ["_ZN2at7Context20setUserEnabledMkldnnEb", "_ZN2at7Context20setUserEnabledNNPACKEb"];

    private const double Tolerance = 0.02;   // times the root of the number of products: far above what bfloat16 loses, far below what wrong sums are off by

    /// <summary>Whether oneDNN is switched off.</summary>
    public static bool IsOff { get; private set; }

    /// <summary>Looks whether oneDNN is right on this machine; if not, mends it or switches it off, for the whole process.</summary>
    /// <returns>What to tell the user, if there is anything, and whether that is a warning.</returns>
    /// <exception cref="PlatformNotSupportedException">It is wrong, and this libtorch cannot do without.</exception>
    public static (string? Text, bool IsWarning) Apply() => Apply(ProcessorCaches.AreHidden, MendCaches, IsRight);

    /// <inheritdoc cref="Apply()"/>
    /// <param name="cachesAreHidden"><see cref="ProcessorCaches.AreHidden"/>.</param>
    /// <param name="mend">Mends what oneDNN believes of hidden caches, and says whether it did.</param>
    /// <param name="isRight">Whether a few convolutions come out as they should; not asked while hidden caches could end the process by them.</param>
    internal static (string? Text, bool IsWarning) Apply(bool cachesAreHidden, Func<bool> mend, Func<bool> isRight)
    {
        const string hidden = "This machine hides the sizes of its processor's caches (CPUID 0x8000001D reads zero)";
        var mended = cachesAreHidden && mend();
        if ((mended || !cachesAreHidden) && isRight())
            return (mended ? $"{hidden}. oneDNN, libtorch's library of convolutions, goes by usual sizes." : null, false);
        var found = cachesAreHidden
            ? $"{hidden}, with which oneDNN, libtorch's library of convolutions, computes wrong numbers or ends the process"
            : "oneDNN, libtorch's library of convolutions, computes wrong numbers on this processor";
        Switch(on: false, found);
        if (!isRight())
            throw new PlatformNotSupportedException(
                $"{found}, and convolutions are wrong without it too. Use another machine or another build of libtorch.");
        return (
            $"{found}. It is switched off in this process: the numbers are right, and convolutions take several times as long."
                + (cachesAreHidden
                    ? " To have the speed back, let the virtual machine show them (in QEMU: -cpu host,topoext=on), or use another machine."
                    : ""),
            true);
    }

    private static bool MendCaches()
        => OperatingSystem.IsLinux()
            && NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out var library)
            && Process.GetCurrentProcess().Modules.Cast<ProcessModule>().FirstOrDefault(module => module.ModuleName == "libtorch_cpu.so") is { } file
            && OneDnnCaches.Mend(library, file.FileName);

    /// <summary>Switches oneDNN off, or on again, for the whole process.</summary>
    /// <param name="on">Whether libtorch may use it.</param>
    /// <param name="found">Why, for the message if this libtorch has no such switch.</param>
    internal static void Switch(bool on, string found)
    {
        nint context = 0;
        if (!NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out var library)
            || !NativeLibrary.TryGetExport(library, _context, out context)
            || !_switches.All(name => NativeLibrary.TryGetExport(library, name, out _)))
            throw new PlatformNotSupportedException(
                $"{found}, and this build of libtorch has no switch for it. Use another machine, or the libtorch of the NuGet packages.");
        foreach (var name in _switches)
            ((delegate* unmanaged<nint, byte, void>)NativeLibrary.GetExport(library, name))(((delegate* unmanaged<nint>)context)(), on ? (byte)1 : (byte)0);
        IsOff = !on;
    }

    /// <summary>Whether convolutions of 1×1, of which most are wrong where any is, and of 3×3 give the sums that they stand for.</summary>
    internal static bool IsRight() => IsRight(3, 100, 1) && IsRight(32, 320, 1) && IsRight(256, 512, 1) && IsRight(100, 64, 3);

    private static bool IsRight(int inputs, int outputs, int kernel)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        const int images = 2, side = 3;
        var pixels = Waves(images, side, side, inputs).permute(0, 3, 1, 2);
        var weight = Waves(outputs, inputs, kernel, kernel);
        var convolved = nn.functional.conv2d(pixels, weight, padding: [kernel / 2, kernel / 2]);
        var patches = nn.functional.unfold(pixels.contiguous(), (kernel, kernel), padding: (kernel / 2, kernel / 2)).to(float64);
        var summed = weight.reshape(outputs, -1).to(float64).matmul(patches).reshape(convolved.shape);
        return (convolved - summed).abs().max().item<double>() < Tolerance * Math.Sqrt(inputs * kernel * kernel);
    }

    private static Tensor Waves(params ReadOnlySpan<long> sizes)
    {
        var count = 1L;
        foreach (var size in sizes)
            count *= size;
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
            values[i] = MathF.Sin(0.7f * i);
        return tensor(values, sizes.ToArray(), dtype: float32, device: CPU);
    }
}
