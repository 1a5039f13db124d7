using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests.Networks;

/// <summary>These networks are so small that threads would mostly wait for each other, the longer the busier the machine.</summary>
[SetUpFixture]
public sealed class OneThread
{
    private int _threads;

    [OneTimeSetUp]
    public void Limit()
    {
        _threads = torch.get_num_threads();
        torch.set_num_threads(1);
    }

    [OneTimeTearDown]
    public void Restore() => torch.set_num_threads(_threads);
}
