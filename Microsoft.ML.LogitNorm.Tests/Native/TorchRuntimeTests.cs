using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests.Native;

public sealed class TorchRuntimeTests
{
    [Test]
    public void EnsureAvailable_ThisMachine_TorchComputes()
    {
        TorchRuntime.EnsureAvailable();

        using var sum = torch.ones(3).sum();

        Assert.That(sum.item<float>(), Is.EqualTo(3));
    }

    [Test]
    public void EnsureAvailable_SeveralCallersWithALog_LogsAtMostOnce()
    {
        var messages = 0;
        foreach (var ml in new[] { new MLContext(), new MLContext() })
        {
            ml.Log += (_, e) => messages +=
                e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Info && e.Source.Contains(nameof(TorchRuntime), StringComparison.Ordinal) ? 1 : 0;
            TorchRuntime.EnsureAvailable(ml);
        }

        Assert.That(messages, Is.LessThanOrEqualTo(1));
    }
}
