using static TorchSharp.torch.backends;

namespace Microsoft.ML.LogitNorm.Tests.Native;

/// <summary>The switch that makes a comparison on a GPU exact, and leaves the application's own choice behind.</summary>
[TestFixture]
[NonParallelizable]
public sealed class TensorFloat32Tests
{
    [Test]
    public void Off_Overlapping_RestoresWhatWasBeforeTheFirst([Values] bool before)
    {
        var application = cudnn.allow_tf32;
        try
        {
            cudnn.allow_tf32 = before;
            var first = TensorFloat32.Off();
            var second = TensorFloat32.Off();
            Assert.That(cudnn.allow_tf32, Is.False);
            first.Dispose();
            first.Dispose();   // a second time does nothing
            Assert.That(cudnn.allow_tf32, Is.False);
            second.Dispose();
            Assert.That(cudnn.allow_tf32, Is.EqualTo(before));
        }
        finally
        {
            cudnn.allow_tf32 = application;
        }
    }
}
