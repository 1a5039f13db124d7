using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests.Native;

public sealed class TorchPackagesTests
{
    [Test]
    public void TorchSharpVersion_ReferencedPackage_IsThatOfTheAssembly()
        => Assert.That(Version.Parse(TorchPackages.TorchSharpVersion), Is.EqualTo(new Version(typeof(torch).Assembly.GetName().Version!.ToString(3))));

    [Test]
    public void LibTorchVersion_ReferencedTorchSharp_IsKnown()
        => Assert.That(torch.__version__, Is.EqualTo($"{TorchPackages.LibTorchVersion}.0"));

    [Test]
    public void Platform_ThisProcess_HasPackages()
        => Assert.That(TorchPackages.Platforms, Does.Contain(TorchPackages.Platform));
}
