namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Loads libtorch once, so that every test may use torch.</summary>
[SetUpFixture]
public sealed class TorchSetUp
{
    [OneTimeSetUp]
    public void LoadLibTorch() => TorchRuntime.EnsureAvailable();
}
