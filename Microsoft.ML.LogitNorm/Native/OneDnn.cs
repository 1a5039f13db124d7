using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Convolutions on the CPU with what follows them done in the same pass over memory, and with weights laid out beforehand.</summary>
/// <remarks>
/// libtorch has these operators for its own compiler, and exports them as C functions of its ahead-of-time runtime; TorchSharp does not show them. They take
/// and give tensors by the same handles. Their signatures belong to the version of libtorch, which <see cref="LibTorchVersion"/> has checked. Builds without
/// oneDNN, such as those for ARM, do not export them: <see cref="IsAvailable"/>.
/// </remarks>
internal static unsafe class OneDnn
{
    private static readonly Exports? s_exports = Exports.Find();

    /// <summary>Whether this libtorch has the functions, and they are right here. Ask after <see cref="TorchRuntime.EnsureAvailable()"/>.</summary>
    public static bool IsAvailable => s_exports is not null && !OneDnnGuard.IsOff;

    /// <summary>A copy of a convolution's weight in the order that oneDNN computes with, so that it need not be reordered at each call.</summary>
    /// <remarks>
    /// The order depends on the processor, on libtorch's number of threads and on the whole size of the input. A weight that was laid out for another input
    /// computes the same, but oneDNN then reorders it at each call, and between some orders only by its reference code,
    /// which takes longer than the convolution.
    /// </remarks>
    /// <param name="weight">[F, C, k, k], float32, on the CPU.</param>
    /// <param name="stride">Stride in both directions.</param>
    /// <param name="padding">Padding on all sides.</param>
    /// <param name="inputSize">B, C, H, W of the input that it is for, which is channels last in memory.</param>
    /// <returns>An opaque tensor, for the other methods only; in the caller's scope.</returns>
    public static Tensor Reorder(Tensor weight, int stride, int padding, params ReadOnlySpan<long> inputSize)
    {
        var exports = s_exports!;
        // The dispatcher takes over what it is given, and frees it: a handle of its own, lists, and the memory of a value that may be left out.
        nint copy;
        Check(exports.NewHandle(weight.Handle, &copy), "copying a handle", weight);
        var optional = (ulong*)NativeMemory.Alloc(sizeof(ulong));
        *optional = exports.List(inputSize);
        var stack = stackalloc ulong[] { (ulong)copy, exports.List(padding, padding), exports.List(stride, stride), exports.List(1, 1), 1, (ulong)optional };
        fixed (byte* name = "mkldnn::_reorder_convolution_weight\0"u8, overload = "\0"u8)
            Check(exports.CallDispatcher(name, overload, stack), "reordering a weight", weight);
        GC.KeepAlive(weight);
        return Tensor.UnsafeCreateTensor((nint)stack[0]);
    }

    /// <summary>The convolution of an input, plus the bias, and then the ReLU if wanted.</summary>
    /// <param name="input">[B, C, H, W], channels last in memory.</param>
    /// <param name="weight">As <see cref="Reorder"/> gives it, or [F, C, k, k], channels last.</param>
    /// <param name="bias">[F].</param>
    /// <param name="stride">Stride in both directions.</param>
    /// <param name="padding">Padding on all sides.</param>
    /// <param name="relu">Whether to cut off what is negative.</param>
    /// <returns>[B, F, H', W'], channels last; in the caller's scope.</returns>
    public static Tensor Convolve(Tensor input, Tensor weight, Tensor? bias, int stride, int padding, bool relu)
    {
        var sizes = stackalloc long[] { padding, padding, stride, stride, 1, 1 };
        nint biasHandle = bias?.Handle ?? 0, result;
        fixed (byte* activation = relu ? "relu\0"u8 : "none\0"u8, none = "\0"u8)
        {
            var algorithm = none;
            Check(
                s_exports!.Convolve(
                    input.Handle, weight.Handle, bias is null ? null : &biasHandle,
                    sizes, 2, sizes + 2, 2, sizes + 4, 2, 1,
                    activation, null, 0, &algorithm, &result),
                "a convolution", input);
        }
        GC.KeepAlive(input);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        return Tensor.UnsafeCreateTensor(result);
    }

    /// <summary>Adds a convolution to what is there, and then takes the ReLU if wanted.</summary>
    /// <param name="sum">[B, F, H', W'], channels last; changed in place.</param>
    /// <param name="input">[B, C, H, W], channels last in memory.</param>
    /// <param name="weight">As <see cref="Reorder"/> gives it, or [F, C, k, k], channels last.</param>
    /// <param name="bias">[F].</param>
    /// <param name="stride">Stride in both directions.</param>
    /// <param name="padding">Padding on all sides.</param>
    /// <param name="relu">Whether to cut off what is negative of the whole sum.</param>
    public static void AddConvolution(Tensor sum, Tensor input, Tensor weight, Tensor? bias, int stride, int padding, bool relu)
    {
        var sizes = stackalloc long[] { padding, padding, stride, stride, 1, 1 };
        nint biasHandle = bias?.Handle ?? 0, result;
        var factor = 1.0;
        fixed (byte* add = "add\0"u8, activation = "relu\0"u8)
        {
            var unary = activation;
            Check(
                s_exports!.AddConvolution(
                    sum.Handle, input.Handle, weight.Handle, bias is null ? null : &biasHandle, sizes, 2, sizes + 2, 2, sizes + 4, 2, 1, add, &factor,
                    relu ? &unary : null, null, 0, null, &result),
                "a convolution", input);
        }
        Tensor.UnsafeCreateTensor(result).Dispose();   // another handle of the sum
        GC.KeepAlive(sum);
        GC.KeepAlive(input);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
    }

    // libtorch writes the cause to the console's error stream.
    private static void Check(int error, string what, Tensor tensor)
    {
        if (error != 0)
            throw new ExternalException($"libtorch failed in {what} of [{string.Join(", ", tensor.shape)}]; its own message stands on the error stream.");
    }

    private sealed class Exports
    {
        public readonly delegate* unmanaged<nint, nint, nint*, long*, long, long*, long, long*, long, long, byte*, double**, long, byte**, nint*, int> Convolve;
        public readonly delegate* unmanaged<
            nint, nint, nint, nint*, long*, long, long*, long, long*, long, long, byte*, double*, byte**, double**, long, byte**, nint*, int> AddConvolution;
        public readonly delegate* unmanaged<nint, nint*, int> NewHandle;
        public readonly delegate* unmanaged<byte*, byte*, ulong*, int> CallDispatcher;
        private readonly delegate* unmanaged<nuint, nint*, int> _newList;
        private readonly delegate* unmanaged<nint, ulong, int> _pushBack;

        private Exports(nint library)
        {
            Convolve = (delegate* unmanaged<nint, nint, nint*, long*, long, long*, long, long*, long, long, byte*, double**, long, byte**, nint*, int>)
                NativeLibrary.GetExport(library, "aoti_torch_cpu_mkldnn__convolution_pointwise");
            AddConvolution = (delegate* unmanaged<
                nint, nint, nint, nint*, long*, long, long*, long, long*, long, long, byte*, double*, byte**, double**, long, byte**, nint*, int>)
                NativeLibrary.GetExport(library, "aoti_torch_cpu_mkldnn__convolution_pointwise_binary_");
            NewHandle = (delegate* unmanaged<nint, nint*, int>)NativeLibrary.GetExport(library, "aoti_torch_new_tensor_handle");
            CallDispatcher = (delegate* unmanaged<byte*, byte*, ulong*, int>)NativeLibrary.GetExport(library, "aoti_torch_call_dispatcher");
            _newList = (delegate* unmanaged<nuint, nint*, int>)NativeLibrary.GetExport(library, "torch_new_list_reserve_size");
            _pushBack = (delegate* unmanaged<nint, ulong, int>)NativeLibrary.GetExport(library, "torch_list_push_back");
        }

        public static Exports? Find()
        {
            if (TorchRuntime.FindLibTorch() is not { } library)
                return null;
            try
            {
                return new(library);
            }
            catch (EntryPointNotFoundException)
            {
                return null;   // a build without oneDNN
            }
        }

        /// <summary>A list of numbers, such as a height and a width.</summary>
        public ulong List(params ReadOnlySpan<long> values)
        {
            nint list;
            var failed = _newList((nuint)values.Length, &list) != 0;
            foreach (var value in values)
                failed = failed || _pushBack(list, (ulong)value) != 0;
            return failed ? throw new ExternalException($"libtorch could not make a list of {values.Length} numbers.") : (ulong)list;
        }
    }
}
