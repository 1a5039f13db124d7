using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Mends oneDNN where its convolutions on the CPU would be wrong, or else switches it off, and says so.</summary>
/// <remarks>
/// oneDNN cuts its work by the sizes of the processor's caches. Where an AMD processor hides them (<see cref="ProcessorCaches.AreHidden"/>) it takes each
/// for one byte, and then many convolutions are wrong by as much as they are large, without a word, and others end the process by a division by zero. That
/// is known before the first one. Whatever else may go wrong so on a processor that nobody has met is looked for by a few convolutions whose sums are known.
/// libtorch has convolutions of its own, which are right in both cases, and take several times as long. All of it concerns the whole process.
/// </remarks>
internal static class OneDnnGuard
{
    /// <summary>An AppContext switch; with false oneDNN's memory is not written to, and hidden caches switch it off.</summary>
    public const string MendSwitch = "Microsoft.ML.LogitNorm.MendOneDnn";

    // Times the root of the number of products: far above what bfloat16 loses, far below what wrong sums are off by.
    private const double Tolerance = 0.02;

    // libtorch leaves 1×1 convolutions to oneDNN from so many images on, however many threads there are.
    private const int Images = 16;

    // torch.backends.mkldnn.enabled in Python. NNPACK is the next in line, and complains on the error stream, at each convolution, of caches that are hidden.
    private static readonly string[] _switches = ["setUserEnabledMkldnn", "setUserEnabledNNPACK"];

    /// <summary>Whether oneDNN is switched off, here or by the application. Ask after <see cref="TorchRuntime.EnsureAvailable()"/>.</summary>
    public static bool IsOff { get; private set; }

    /// <summary>Looks whether oneDNN is right on this machine; if not, mends it or switches it off.</summary>
    /// <returns>What to tell the user, if there is anything, and whether that is a warning.</returns>
    /// <exception cref="PlatformNotSupportedException">It is wrong, and this libtorch cannot do without.</exception>
    public static (string? Text, bool IsWarning) Apply()
    {
        InitializeTorch();
        IsOff = TorchContext.Get("userEnabledMkldnn") is false;
        return IsOff ? (null, false) : Apply(ProcessorCaches.AreHidden, MendCaches, () => IsRight(Convolve));
    }

    /// <inheritdoc cref="Apply()"/>
    /// <param name="cachesAreHidden"><see cref="ProcessorCaches.AreHidden"/>.</param>
    /// <param name="mend">Mends what oneDNN believes of hidden caches, and says whether it knows better now.</param>
    /// <param name="isRight">Whether a few convolutions come out as they should; not asked while hidden caches could end the process by them.</param>
    internal static (string? Text, bool IsWarning) Apply(bool cachesAreHidden, Func<bool> mend, Func<bool> isRight)
    {
        const string oneDnn = "oneDNN, libtorch's library of convolutions on the CPU,";
        const string hidden = "This machine hides the sizes of its processor's caches (CPUID 0x8000001D names none)";
        var mended = cachesAreHidden && mend();
        if ((mended || !cachesAreHidden) && IsRightWithoutError(isRight))
            return (mended ? $"{hidden}. {oneDnn} goes by usual sizes." : null, false);
        var found = cachesAreHidden && !mended
            ? $"{hidden}, with which {oneDnn} computes wrong numbers or ends the process"
            : $"{oneDnn} computes wrong numbers on this processor";
        Switch(on: false, found);
        if (!isRight())
            throw new PlatformNotSupportedException(
                $"{found}, and convolutions are wrong without it too. Use another machine or another build of libtorch.");
        return (
            $"{found}. It is switched off in this process: the numbers are right, and convolutions on the CPU take several times as long."
                + (cachesAreHidden && !mended
                    ? " To have the speed back, let the virtual machine show them (in QEMU: -cpu host,topoext=on), or use another machine."
                    : ""),
            true);
    }

    /// <summary>Switches oneDNN off, or on again, for the whole process.</summary>
    /// <param name="on">Whether libtorch may use it.</param>
    /// <param name="found">Why, for the message if this libtorch has no such switch.</param>
    internal static void Switch(bool on, string found)
    {
        if (!TorchContext.TrySet(on, _switches))
            throw new PlatformNotSupportedException(
                $"{found}, and this build of libtorch has no switch for it. Use another machine, or the libtorch of the NuGet packages.");
        IsOff = !on;
    }

    /// <summary>Whether convolutions of 1×1, of which most are wrong where any is, and of 3×3 give the sums that they stand for.</summary>
    /// <param name="convolve">Computes a convolution of images [B, C, H, W] and a weight [F, C, k, k], padded so that the size stays.</param>
    internal static bool IsRight(Func<Tensor, Tensor, Tensor> convolve)
        => IsRight(convolve, 3, 100, 1) && IsRight(convolve, 32, 320, 1) && IsRight(convolve, 256, 512, 1) && IsRight(convolve, 100, 64, 3);

    /// <summary>As libtorch computes it.</summary>
    internal static Tensor Convolve(Tensor pixels, Tensor weight)
        => nn.functional.conv2d(pixels, weight, padding: [weight.shape[2] / 2, weight.shape[3] / 2]);

    // "could not create a primitive" and its like: libtorch may still do without oneDNN.
    private static bool IsRightWithoutError(Func<bool> isRight)
    {
        try
        {
            return isRight();
        }
        catch (ExternalException)
        {
            return false;
        }
    }

    private static bool IsRight(Func<Tensor, Tensor, Tensor> convolve, int inputs, int outputs, int kernel)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        const int side = 3;
        var pixels = Waves(Images, side, side, inputs).permute(0, 3, 1, 2);
        var weight = Waves(outputs, inputs, kernel, kernel);
        var convolved = convolve(pixels, weight);
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

    // In a notebook or script TorchSharp gathers the native files now, those for GPUs where there are no others.
    private static void InitializeTorch()
    {
        try
        {
            InitializeDeviceType(DeviceType.CPU);
        }
        catch (NotSupportedException)
        {
            InitializeDeviceType(DeviceType.CUDA);
        }
    }

    private static bool MendCaches()
        => OperatingSystem.IsLinux()
            && (!AppContext.TryGetSwitch(MendSwitch, out var wanted) || wanted)
            && ProcessorCaches.TellsTopology
            && TorchRuntime.FindLibTorch() is { } library
            && OneDnnCaches.Mend(library);
}
