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
    public void EnsureAvailable_SeveralCallersWithALog_LogsEachMessageOnce()
    {
        var messages = new List<string>();
        foreach (var ml in new[] { new MLContext(), new MLContext() })
        {
            ml.Log += (_, e) =>
            {
                if (e.Kind != Microsoft.ML.Runtime.ChannelMessageKind.Trace && e.Source.Contains(nameof(TorchRuntime), StringComparison.Ordinal))
                    messages.Add(e.RawMessage);
            };
            TorchRuntime.EnsureAvailable(ml);
        }

        Assert.That(messages, Is.Unique);
    }
}
