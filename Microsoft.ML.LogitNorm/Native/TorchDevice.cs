using Microsoft.ML.Runtime;
using TorchSharp;

namespace Microsoft.ML.LogitNorm;

/// <summary>The device to compute on, as ML.NET users choose it: <see cref="MLContext.GpuDeviceId"/> and <see cref="MLContext.FallbackToCpu"/>.</summary>
internal static class TorchDevice
{
    /// <summary>The CPU unless a GPU is asked for; then that GPU, or the CPU with a warning if there is none and falling back is allowed.</summary>
    /// <exception cref="DllNotFoundException">There is no usable libtorch; see <see cref="TorchRuntime"/>.</exception>
    /// <exception cref="InvalidOperationException">A GPU is asked for and there is none, or not that many.</exception>
    public static torch.Device Select(IHostEnvironment env)
    {
        TorchRuntime.EnsureAvailable(env);
        if (env is not IHostEnvironmentInternal { GpuDeviceId: { } id, FallbackToCpu: var fallbackToCpu })
            return torch.CPU;
        if (IsUsable(id, fallbackToCpu, gpuCount: torch.cuda.is_available() ? torch.cuda.device_count() : 0))
        {
            CudnnAutotune.TryEnable();   // where it cannot be, training is right, and as fast as cuDNN's own choice
            return torch.device(DeviceType.CUDA, id);
        }

        using var channel = env.Start(nameof(TorchDevice));
        channel.Warning($"{TorchLoadError.NoGpu(TorchPackages.Platform, id)} Going on with the CPU, as MLContext.FallbackToCpu allows.");
        return torch.CPU;
    }

    /// <summary>Whether the GPU can be used; false means the CPU.</summary>
    /// <exception cref="InvalidOperationException">Neither: no GPU and no falling back, or there are GPUs and the number is not one of theirs.</exception>
    internal static bool IsUsable(int gpuDeviceId, bool fallbackToCpu, int gpuCount) => gpuCount switch
    {
        0 when fallbackToCpu => false,
        0 => throw new InvalidOperationException($"{TorchLoadError.NoGpu(TorchPackages.Platform, gpuDeviceId)} Or set MLContext.FallbackToCpu."),
        _ when gpuDeviceId >= 0 && gpuDeviceId < gpuCount => true,
        _ => throw new InvalidOperationException($"MLContext.GpuDeviceId is {gpuDeviceId}, but the GPUs are 0 to {gpuCount - 1} ({gpuCount} in all)."),
    };
}
