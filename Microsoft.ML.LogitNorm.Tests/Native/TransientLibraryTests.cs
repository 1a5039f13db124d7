namespace Microsoft.ML.LogitNorm.Tests.Native;

[Platform("Linux", Reason = "Only Linux needs private copies.")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class TransientLibraryTests
{
    private const string Name = "libLdaNative.so";   // of ML.NET: small, and needs nothing of its own folder
    private string _folder = "";
    private byte[] _image = [];

    [SetUp]
    public void CreateFolder()
    {
        _folder = Directory.CreateTempSubdirectory("transient-").FullName;
        _image = File.ReadAllBytes(NativeFolders.Current.Find(Name)!);
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Load_Memory_MapsAFileWithoutAName()
    {
        Assert.That(TransientLibrary.Load(_image, Name, [TransientLibrary.Memory, _folder]), Is.EqualTo(TransientLibrary.Memory));

        Assert.That(File.ReadLines("/proc/self/maps"), Has.Some.Match($"/memfd:{Name} \\(deleted\\)"));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder), Is.Empty);
    }

    [Test]
    public void Load_MemoryManyTimes_NeverReusesANumberThatTheLoaderKnows()
    {
        for (var i = 0; i < 3; i++)
            TransientLibrary.Load(_image, Name, [TransientLibrary.Memory]);

        var maps = File.ReadLines("/proc/self/maps")
            .Where(line => line.Contains($"/memfd:{Name}", StringComparison.Ordinal))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4]);
        Assert.That(maps.Distinct().Count(), Is.GreaterThanOrEqualTo(3), "a file each");
    }

    [Test]
    public void Places_ThisSystem_BeginWithMemory() => Assert.That(TransientLibrary.Places.First(), Is.EqualTo(TransientLibrary.Memory));

    [Test]
    public void Load_NotALibraryInMemory_ThrowsAndLeavesNoHandle()
    {
        Assert.That(() => TransientLibrary.Load("not a library"u8, "nothing.so", [TransientLibrary.Memory]), Throws.TypeOf<DllNotFoundException>());
        Assert.That(Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(path => new FileInfo(path).LinkTarget ?? ""), Has.None.Contains("nothing.so"));
    }

    // TMPDIR on a file system that forbids to execute, as hardened servers have it.
    [Test]
    public void Load_FolderMountedNoexec_SaysSoInTheOneException_AndMemoryNeedsNone()
    {
        if (Run("mount", "-t", "tmpfs", "-o", "noexec", "tmpfs", _folder) is not 0)
            Assert.Ignore("Only root can mount a file system for this test.");
        try
        {
            var error = Assert.Throws<DllNotFoundException>(() => TransientLibrary.Load(_image, Name, [_folder]))!;
            Assert.That(error.GetBaseException(), Is.SameAs(error));
            Assert.That(error.Message, Does.Contain("set TMPDIR to a folder that is writable and not mounted noexec").And.Contain(_folder));
            Assert.That(TransientLibrary.Load(_image, Name, [TransientLibrary.Memory, _folder]), Is.EqualTo(TransientLibrary.Memory));
        }
        finally
        {
            Run("umount", _folder);
        }
    }

    private static int Run(string program, params string[] arguments)
        => InTime.Run(new(program, arguments)).ExitCode;

    [Test]
    public void Load_WritableFolder_MapsAFileThatIsGone()
    {
        Assert.That(TransientLibrary.Load(_image, Name, [_folder]), Is.EqualTo(_folder));

        Assert.That(File.ReadLines("/proc/self/maps"), Has.Some.Match($"{_folder}/.*-{Name} \\(deleted\\)"));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder), Is.Empty);
    }

    [Test]
    public void Load_FileOfThatNameIsThere_NeitherLoadsNorTouchesIt()
    {
        var planted = Path.Combine(_folder, Name);
        File.WriteAllText(planted, "not a library");

        TransientLibrary.Load(_image, Name, [_folder]);

        Assert.That(File.ReadAllText(planted), Is.EqualTo("not a library"));
    }

    [Test]
    public void Load_ManyThreadsAtOnce_AllLoad()
    {
        Parallel.For(0, 32, _ => TransientLibrary.Load(_image, Name, [_folder]));

        Assert.That(Directory.EnumerateFileSystemEntries(_folder), Is.Empty);
    }

    [TestCase("/proc", TestName = "Load_ReadOnlyFolder_TakesTheNext")]
    [TestCase("/does/not/exist", TestName = "Load_MissingFolder_TakesTheNext")]
    [TestCase("/dev/null", TestName = "Load_FolderIsAFile_TakesTheNext")]
    [TestCase("", TestName = "Load_NoSuchFolderOnThisSystem_TakesTheNext")]
    public void Load_FirstFolderUnusable_TakesTheNext(string unusable)
        => Assert.That(TransientLibrary.Load(_image, Name, [unusable, _folder]), Is.EqualTo(_folder));

    [Test]
    public void Load_NoFolderUsable_NamesThemAndTheRemedy()
        => Assert.That(
            () => TransientLibrary.Load(_image, Name, ["/proc", "/does/not/exist"]),
            Throws.TypeOf<DllNotFoundException>().With.Message.Contains("/proc").And.Message.Contains("/does/not/exist").And.Message.Contains("TMPDIR"));

    [Test]
    public void Load_NotALibrary_ThrowsAndLeavesNothing()
    {
        Assert.That(() => TransientLibrary.Load("not a library"u8, Name, [_folder]), Throws.TypeOf<DllNotFoundException>());
        Assert.That(Directory.EnumerateFileSystemEntries(_folder), Is.Empty);
    }
}
