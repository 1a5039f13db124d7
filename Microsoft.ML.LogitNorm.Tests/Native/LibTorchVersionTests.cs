using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests.Native;

public sealed class LibTorchVersionTests
{
    private nint _libtorch;

    [OneTimeSetUp]
    public void OpenLibTorch() => _libtorch = NativeLibrary.Load("torch_cpu", typeof(torch).Assembly, null);

    [Test]
    public void Check_TheOneForTorchSharp_Passes() => Assert.That(() => LibTorchVersion.Check(_libtorch), Throws.Nothing);

    [TestCase("2.10.9", TestName = "Check_OtherPatch_Passes")]
    public void Check_Compatible(string expected) => Assert.That(() => LibTorchVersion.Check(_libtorch, new(expected)), Throws.Nothing);

    [TestCase("2.7.1", TestName = "Check_OtherMinor_NamesBothVersions")]
    [TestCase("3.10.0", TestName = "Check_OtherMajor_NamesBothVersions")]
    public void Check_Incompatible(string expected)
        => Assert.That(
            () => LibTorchVersion.Check(_libtorch, new(expected)),
            Throws.TypeOf<DllNotFoundException>().With.Message.Contains($"libtorch {TorchPackages.LibTorchVersion}").And.Message.Contains($"needs {expected}"));

    [Test]
    public void Check_LibraryThatDoesNotSay_IsTooOld()
        => Assert.That(
            () => LibTorchVersion.Check(NativeLibrary.Load("LdaNative", typeof(MLContext).Assembly, null), new(2, 10, 0)),
            Throws.TypeOf<DllNotFoundException>().With.Message.Contains("too old"));

    [TestCase(0x020a000000000000UL, "2.10.0")]
    [TestCase(0x0207010000000000UL, "2.7.1")]
    public void FromAbi_PackedNumber_IsUnpacked(ulong packed, string expected)
        => Assert.That(LibTorchVersion.FromAbi(packed).ToString(), Is.EqualTo(expected));
}
