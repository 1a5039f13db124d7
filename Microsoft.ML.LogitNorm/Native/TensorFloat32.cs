using static TorchSharp.torch.backends;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Switches TensorFloat-32 off while two computations are compared: on GPUs its convolutions round to 10 bits, and so differ by some thousandth.
/// </summary>
/// <remarks>The switch is the process's. What other threads compute meanwhile is more exact, and otherwise as it was.</remarks>
internal sealed class TensorFloat32 : IDisposable
{
    private static readonly Lock _gate = new();
    private static int _users;
    private static bool _before;

    private bool _isRestored;

    private TensorFloat32()
    {
    }

    /// <summary>Off until what is returned is disposed of; then as it was before the first of those that overlap.</summary>
    public static TensorFloat32 Off()
    {
        lock (_gate)
        {
            if (_users++ == 0)
                _before = cudnn.allow_tf32;
            cudnn.allow_tf32 = false;
        }
        return new();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isRestored)
                return;
            _isRestored = true;
            if (--_users == 0)
                cudnn.allow_tf32 = _before;
        }
    }
}
