using Microsoft.ML.Runtime;
using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests.Native;

public sealed class TorchDeviceTests
{
    [Test]
    public void Select_NoGpuAskedFor_IsCpu()
        => Assert.That(TorchDevice.Select(new MLContext()).type, Is.EqualTo(DeviceType.CPU));

    [Test]
    public void Select_NoGpuThereFallbackAllowed_IsCpuWithOneWarning()
    {
        IgnoreWhereThereIsAGpu();
        var ml = new MLContext { GpuDeviceId = 0, FallbackToCpu = true };
        List<string> warnings = [];
        ml.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning)
                warnings.Add(e.Message);
        };

        Assert.That(TorchDevice.Select(ml).type, Is.EqualTo(DeviceType.CPU));
        Assert.That(warnings, Has.Count.EqualTo(1));
        Assert.That(warnings[0], Does.Contain("GpuDeviceId is 0").And.Contain("FallbackToCpu"));
    }

    [Test]
    public void Select_NoGpuThereFallbackForbidden_Throws()
    {
        IgnoreWhereThereIsAGpu();

        Assert.That(
            () => TorchDevice.Select(new MLContext { GpuDeviceId = 0, FallbackToCpu = false }),
            Throws.InvalidOperationException.With.Message.Contains("no GPU").And.Message.Contains("FallbackToCpu"));
    }

    [Test]
    public void Select_EnvironmentOfACatalogOrHost_FollowsTheContext()
    {
        IgnoreWhereThereIsAGpu();
        var ml = new MLContext { GpuDeviceId = 0, FallbackToCpu = false };

        Assert.That(() => TorchDevice.Select(((IHostEnvironment)ml).Register("part")), Throws.InvalidOperationException);
    }

    [Test]
    public void Select_GpuThere_IsThatGpu()
    {
        IgnoreWhereThereIsNoGpu();

        var device = TorchDevice.Select(new MLContext { GpuDeviceId = 0, FallbackToCpu = false });

        Assert.That((device.type, device.index), Is.EqualTo((DeviceType.CUDA, 0)));
    }

    [Test]
    public void Select_GpuBeyondTheLast_ThrowsEvenWithFallback()
    {
        IgnoreWhereThereIsNoGpu();

        Assert.That(() => TorchDevice.Select(new MLContext { GpuDeviceId = 99, FallbackToCpu = true }), Throws.InvalidOperationException);
    }

    [TestCase(0, 1)]
    [TestCase(3, 4)]
    public void IsUsable_NumberOfAGpu_IsTrue(int id, int count) => Assert.That(TorchDevice.IsUsable(id, fallbackToCpu: false, count), Is.True);

    [TestCase(-1)]
    [TestCase(2)]
    public void IsUsable_NumberOfNoGpu_NamesTheCount(int id)
        => Assert.That(
            () => TorchDevice.IsUsable(id, fallbackToCpu: true, gpuCount: 2),
            Throws.InvalidOperationException.With.Message.Contains("0 to 1 (2 in all)"));

    private static void IgnoreWhereThereIsAGpu()
    {
        if (torch.cuda.is_available())
            Assert.Ignore("This machine has a GPU: the test is about machines without one.");
    }

    private static void IgnoreWhereThereIsNoGpu()
    {
        if (!torch.cuda.is_available())
            Assert.Ignore("Needs an NVIDIA GPU and -p:TorchBackend=cuda.");
    }
}
