using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests.Runtime;

public sealed class TorchRuntimeTests
{
    [Test]
    public void EnsureAvailable_ThisMachine_TorchComputes()
    {
        TorchRuntime.EnsureAvailable();

        using var sum = torch.ones(3).sum();

        Assert.That(sum.item<float>(), Is.EqualTo(3));
    }
}
