namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>A flaw of libtorch's oneDNN that ends the process on some processors, so that a test cannot report it.</summary>
internal static class OneDnnFlaw
{
    private const string ProcessorFile = "/proc/cpuinfo";

    /// <summary>Skips a test of ResNet-50 where planning its convolutions of 1×1 divides by zero (<c>brg_blocking_t::est_eff_1x1</c>): met on AMD's Zen 5.</summary>
    public static void SkipResNet50()
    {
        if (!File.Exists(ProcessorFile))
            return;
        var processor = File.ReadAllText(ProcessorFile);
        if (processor.Contains("AuthenticAMD", StringComparison.Ordinal) && processor.Contains("avx512_vp2intersect", StringComparison.Ordinal))
            Assert.Ignore("oneDNN in libtorch 2.10 divides by zero on this processor when it plans ResNet-50's convolutions, which ends the process.");
    }
}
