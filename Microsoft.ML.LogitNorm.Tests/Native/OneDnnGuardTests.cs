using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Native;

/// <summary>A machine on which oneDNN would compute wrong numbers: a process without it, and a word about it.</summary>
[TestFixture]
[NonParallelizable]   // the switch is the process's
public sealed class OneDnnGuardTests
{
    private bool _wasOff;

    [SetUp]
    public void Remember() => _wasOff = OneDnnGuard.IsOff;

    [TearDown]
    public void Restore() => OneDnnGuard.Switch(on: !_wasOff, "a test");

    // Registers as an EPYC gives them.
    [TestCase("AuthenticAMD", 0x4121, 0x4143, ExpectedResult = false)]
    [TestCase("AuthenticAMD", 0, 0, ExpectedResult = true)]
    [TestCase("AuthenticAMD", 0x4000, 0x4000, ExpectedResult = true, Description = "no type of cache, whatever else is said")]
    [TestCase("AuthenticAMD", 0x4121, 0, ExpectedResult = true, Description = "no second level")]
    [TestCase("GenuineIntel", 0, 0, ExpectedResult = false, Description = "tells its caches elsewhere")]
    [TestCase("HygonGenuine", 0, 0, ExpectedResult = false, Description = "for which oneDNN has a guess")]
    public bool AreHiddenBy_VendorAndCacheTopology(string vendor, int first, int second)
        => ProcessorCaches.AreHiddenBy((function, cache) => (function, cache) switch
        {
            (0, _) => (16, Letters(vendor, 0), Letters(vendor, 8), Letters(vendor, 4)),   // in EBX, EDX, ECX
            (unchecked((int)0x8000001D), 0) => (first, 0x01C0003F, 63, 0),
            (unchecked((int)0x8000001D), 2) => (second, 0x01C0003F, 1023, 0),
            _ => throw new AssertionException($"CPUID {function:X} was asked for."),
        });

    [Test]
    public void Apply_CachesAreTold_AndConvolutionsRight_ChangesAndSaysNothing()
    {
        Assert.That(OneDnnGuard.Apply(cachesAreHidden: false, mend: Never, isRight: () => true), Is.EqualTo(((string?)null, false)));
        Assert.That(OneDnnGuard.IsOff, Is.EqualTo(_wasOff));
    }

    [Test]
    public void Apply_HiddenCachesAreMended_GoesOnWithOneDnnAndSaysSo()
    {
        var mended = false;
        var (text, isWarning) = OneDnnGuard.Apply(cachesAreHidden: true, mend: () => mended = true, isRight: () => mended);
        Assert.That(text, Does.Contain("0x8000001D").And.Contain("usual sizes"));
        Assert.That(isWarning, Is.False, "there is nothing to do");
        Assert.That(OneDnnGuard.IsOff, Is.EqualTo(_wasOff));
    }

    [Test]
    public void Apply_HiddenCachesCannotBeMended_SwitchesOffBeforeAnyConvolution_AndSaysWhatToDo()
    {
        OneDnnGuard.Switch(on: true, "a test");
        var (text, isWarning) = OneDnnGuard.Apply(
            cachesAreHidden: true, mend: () => false, () => OneDnnGuard.IsOff && OneDnnGuard.IsRight(OneDnnGuard.Convolve));
        Assert.That(text, Does.Contain("0x8000001D").And.Contain("switched off").And.Contain("topoext=on"));
        Assert.That(isWarning, Is.True);
        Assert.That(OneDnn.IsAvailable, Is.False);
    }

    [Test]
    public void Apply_ConvolutionsAreWrong_SwitchesOffAndSaysSo()
    {
        OneDnnGuard.Switch(on: true, "a test");
        var (text, isWarning) = OneDnnGuard.Apply(cachesAreHidden: false, Never, () => OneDnnGuard.IsOff && OneDnnGuard.IsRight(OneDnnGuard.Convolve));
        Assert.That(text, Does.Contain("wrong numbers on this processor").And.Contain("switched off").And.Not.Contain("topoext"));
        Assert.That(isWarning, Is.True);
        Assert.That(OneDnn.IsAvailable, Is.False);
    }

    [Test]
    public void Apply_MendedAndStillWrong_BlamesTheProcessorAndNotItsCaches()
    {
        OneDnnGuard.Switch(on: true, "a test");
        var (text, isWarning) = OneDnnGuard.Apply(cachesAreHidden: true, mend: () => true, () => OneDnnGuard.IsOff);
        Assert.That(text, Does.Contain("wrong numbers on this processor").And.Contain("switched off").And.Not.Contain("topoext"));
        Assert.That(isWarning, Is.True);
    }

    [Test]
    public void Apply_OneDnnFails_SwitchesOff()
    {
        OneDnnGuard.Switch(on: true, "a test");
        var (text, isWarning) = OneDnnGuard.Apply(
            cachesAreHidden: false, Never, () => OneDnnGuard.IsOff ? true : throw new ExternalException("could not create a primitive"));
        Assert.That(text, Does.Contain("switched off"));
        Assert.That(isWarning, Is.True);
    }

    [Test]
    public void Apply_ConvolutionsAreWrongWithoutOneDnnToo_Throws()
        => Assert.That(
            () => OneDnnGuard.Apply(cachesAreHidden: false, Never, () => false),
            Throws.TypeOf<PlatformNotSupportedException>().With.Message.Contains("another machine"));

    [Test]
    public void Apply_Again_FindsWhatIsSwitchedOffAlready()
    {
        OneDnnGuard.Switch(on: false, "a test");
        Assert.That(OneDnnGuard.Apply(), Is.EqualTo(((string?)null, false)));
        Assert.That(OneDnnGuard.IsOff, Is.True);
    }

    [Test]
    public void IsRight_HereAndWithoutOneDnn()
    {
        Assert.That(OneDnnGuard.IsRight(OneDnnGuard.Convolve), Is.True);
        OneDnnGuard.Switch(on: false, "a test");
        Assert.That(OneDnnGuard.IsRight(OneDnnGuard.Convolve), Is.True);
    }

    [Test]
    public void IsRight_OfOtherNumbers_IsFalse()
    {
        Assert.That(OneDnnGuard.IsRight((pixels, weight) => OneDnnGuard.Convolve(pixels, weight.roll(1, 1))), Is.False, "other channels");
        Assert.That(OneDnnGuard.IsRight((pixels, weight) => OneDnnGuard.Convolve(pixels, weight).fill_(float.NaN)), Is.False);
        Assert.That(
            OneDnnGuard.IsRight((pixels, weight) =>
            {
                var convolved = OneDnnGuard.Convolve(pixels, weight);
                convolved[^1, ^1, ^1, ^1] = 0;
                return convolved;
            }),
            Is.False, "the last number alone");
    }

    /// <summary>Sizes of convolution that libtorch might cut in a way of their own: on this machine, as this process computes.</summary>
    [Test]
    public void Convolutions_OfManySizes_AreTheirSums([Values(1, 3)] int kernel, [Values(1, 2)] int stride, [Values] bool channelsLast)
    {
        const int images = 16;   // for which libtorch asks oneDNN, with one thread too
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var seeded = new Generator(seed: 1, CPU);
        int[] channels = [3, 16, 48, 100, 256, 512, 640, 1024];
        foreach (var (inputs, outputs) in channels.SelectMany(inputs => channels.Select(outputs => (inputs, outputs))))
            foreach (var side in new[] { 1, 2, 7 })
            {
                using var inner = NewDisposeScope();
                if (inputs * outputs * kernel * kernel * side * side > 2_000_000)
                    continue;
                var pixels = randn([images, inputs, side, side], generator: seeded);
                var weight = randn([outputs, inputs, kernel, kernel], generator: seeded);
                var laidOut = channelsLast ? pixels.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : pixels;
                var convolved = nn.functional.conv2d(laidOut, weight, strides: [stride, stride], padding: [kernel / 2, kernel / 2]);
                var patches = nn.functional.unfold(pixels, (kernel, kernel), padding: (kernel / 2, kernel / 2), stride: (stride, stride));
                var sums = weight.reshape(outputs, -1).matmul(patches).reshape(convolved.shape);
                var error = (convolved - sums).abs().max().item<float>() / MathF.Sqrt(inputs * kernel * kernel);
                Assert.That(error, Is.LessThan(1e-4), $"{inputs} to {outputs} channels, {side}×{side} pixels");
            }
    }

    private static bool Never() => throw new AssertionException("Caches that are told need no mending.");

    private static int Letters(string vendor, int start) => BitConverter.ToInt32([.. vendor.Skip(start).Take(4).Select(letter => (byte)letter)]);
}
