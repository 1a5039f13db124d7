namespace Microsoft.ML.LogitNorm.Tests.Native;

[TestFixture]
public sealed class CudnnAutotuneTests
{
    [Test]
    public void TryEnable_OnLinux_IsOn()
    {
        Assume.That(OperatingSystem.IsLinux(), "the exported names are those of Linux");
        TorchRuntime.EnsureAvailable();
        Assert.That(CudnnAutotune.TryEnable(), Is.True);
    }
}
