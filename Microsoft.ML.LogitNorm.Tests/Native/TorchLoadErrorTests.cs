namespace Microsoft.ML.LogitNorm.Tests.Native;

public sealed class TorchLoadErrorTests
{
    private static readonly string TorchSharp = TorchPackages.TorchSharpVersion;
    private static readonly Version LibTorch = TorchPackages.LibTorchVersion!;

    [TestCase("linux-x64", "libtorch-cpu-linux-x64", "TorchSharp-cuda-linux")]
    [TestCase("win-x64", "libtorch-cpu-win-x64", "TorchSharp-cuda-windows")]
    public void NoLibTorch_PlatformWithCuda_NamesBothPackages(string platform, string cpu, string cuda)
        => Assert.That(
            TorchLoadError.NoLibTorch(platform, "file", []),
            Does.Contain($"Add one package to the application's project: {cpu} {LibTorch} for the CPU, or {cuda} {TorchSharp} for NVIDIA GPUs."));

    [TestCase("win-arm64")]
    [TestCase("osx-arm64")]
    public void NoLibTorch_PlatformWithoutCuda_NamesTheOnePackage(string platform)
        => Assert.That(
            TorchLoadError.NoLibTorch(platform, "file", []),
            Does.Contain($"Add the package libtorch-cpu-{platform} {LibTorch} to the application's project.").And.Not.Contain("cuda"));

    [TestCase("linux-arm64")]
    [TestCase("osx-x64")]
    [TestCase("win-x86")]
    public void NoLibTorch_PlatformWithoutPackages_SaysWhichHaveThem(string platform)
        => Assert.That(
            TorchLoadError.NoLibTorch(platform, "file", []),
            Does.Contain($"There is none for {platform}, only for linux-x64, win-x64, win-arm64, osx-arm64."));

    [Test]
    public void NoLibTorch_Folders_ListsWhereItLooked()
        => Assert.That(
            TorchLoadError.NoLibTorch("linux-x64", "libtorch.so", ["/first", "/second"]),
            Does.EndWith($"Looked for libtorch.so in:{Environment.NewLine}  /first{Environment.NewLine}  /second"));

    [Test]
    public void NoLibTorchSharp_PublishedForAnotherPlatform_SaysForWhichToPublish()
        => Assert.That(
            TorchLoadError.NoLibTorchSharp("osx-arm64", "libLibTorchSharp.dylib", ["/app"]),
            Does.Contain("publish it for osx-arm64").And.Contain("/app"));

    [Test]
    public void WrongVersion_BothKnown_NamesThemAndThePackage()
        => Assert.That(
            TorchLoadError.WrongVersion("win-arm64", new(2, 7, 1), new(2, 10, 0)),
            Does.Contain("libtorch 2.7.1")
                .And.Contain("needs 2.10.0")
                .And.Contain("libtorch-cpu-win-arm64")
                .And.Contain("remove the package that brings the other"));

    [Test]
    public void WrongVersion_TooOld_SaysSo()
        => Assert.That(TorchLoadError.WrongVersion("win-x64", null, new(2, 10, 0)), Does.Contain("too old"));

    [TestCase("linux-x64", "glibc 2.34")]
    [TestCase("win-x64", "Visual C++")]
    [TestCase("osx-arm64", "the reason.")]
    public void Refused_Platform_SaysWhatThatSystemMayLack(string platform, string expected)
        => Assert.That(TorchLoadError.Refused(platform, "/app/file", "the reason."), Does.Contain(expected).And.Contain("/app/file"));

    [TestCase("linux-x64", "TorchSharp-cuda-linux")]
    [TestCase("win-x64", "TorchSharp-cuda-windows")]
    [TestCase("osx-arm64", "There is no CUDA package for osx-arm64")]
    public void NoGpu_Platform_SaysWhatItTakes(string platform, string expected)
        => Assert.That(TorchLoadError.NoGpu(platform, gpuDeviceId: 3), Does.Contain("GpuDeviceId is 3").And.Contain(expected));
}
