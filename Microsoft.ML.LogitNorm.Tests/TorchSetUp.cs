using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Loads libtorch once, so that every test may use torch.</summary>
[SetUpFixture]
public sealed class TorchSetUp
{
    [OneTimeSetUp]
    public void LoadLibTorch()
    {
        TorchRuntime.EnsureAvailable();
        torch.set_num_threads(1);   // several only get in each other's way on networks this small, most of all on a busy machine
    }
}
