namespace Microsoft.ML.LogitNorm.Tests.Native;

public sealed class NativeFoldersTests
{
    [Test]
    public void List_FrameworkDependentApplication_SearchDirectoriesThenRuntimesThenApplication()
    {
        var cache = Path.GetFullPath("cache");
        var application = Path.GetFullPath("app");

        var folders = NativeFolders.List("linux-x64", cache + Path.DirectorySeparatorChar + Path.PathSeparator, application, torchSharpFolder: application);

        Assert.That(folders, Is.EqualTo(new[] { cache, Path.Combine(application, "runtimes", "linux-x64", "native"), application }));
    }

    [Test]
    public void List_PlugIn_AddsTheFoldersBesideTorchSharp()
    {
        var plugIn = Path.GetFullPath("plugin");

        var folders = NativeFolders.List("win-x64", searchDirectories: null, Path.GetFullPath("host"), plugIn);

        Assert.That(folders.TakeLast(2), Is.EqualTo(new[] { Path.Combine(plugIn, "runtimes", "win-x64", "native"), plugIn }));
    }

    [Test]
    public void List_SingleFileApplication_HasNoTorchSharpFolder()
        => Assert.That(NativeFolders.List("win-x64", searchDirectories: null, Path.GetFullPath("app"), torchSharpFolder: ""), Has.Count.EqualTo(2));

    [Test]
    public void Find_InTheSecondFolder_GivesThePath()
    {
        var here = TestContext.CurrentContext.TestDirectory;

        Assert.That(new[] { Path.Combine(here, "runtimes"), here }.Find("TorchSharp.dll"), Is.EqualTo(Path.Combine(here, "TorchSharp.dll")));
        Assert.That(new[] { here }.Find("absent.dll"), Is.Null);
    }

    [TestCase("/home/me/.nuget/packages/torchsharp/0.107.0/lib/net6.0", true)]
    [TestCase("/app", false)]
    [TestCase("/home/me/torchsharp/bin/Release/net10.0", false)]
    [TestCase("", false)]
    public void IsPackageCache_FolderOfTorchSharp_TellsPackageFromApplication(string folder, bool expected)
        => Assert.That(NativeFolders.IsPackageCache(folder), Is.EqualTo(expected));
}
