using Shared.CommandLine;
using Shared.Images;

namespace Shared.Tests.Images;

/// <summary>Folders as they lie on people's disks: links in circles, pipes, folders of other users.</summary>
public sealed class FolderScanTests
{
    private TemporaryFolder _folder;
    private LeftOut _leftOut;

    [SetUp]
    public void SetUp()
    {
        UnixFiles.Require();
        (_folder, _leftOut) = (new(), new());
    }

    [TearDown]
    public void TearDown() => _folder?.Dispose();

    // ln -s . photos/red/self: by each path of up to 40 links the same images, 1,720 of 120.
    [TestCase(".", TestName = "Read_LinkToItsOwnFolder_GivesEachImageOnce")]
    [TestCase("../red", TestName = "Read_LinkToItsOwnFolderByName_GivesEachImageOnce")]
    [TestCase("..", TestName = "Read_LinkToTheRoot_GivesEachImageOnce")]
    [TestCase("../blue", TestName = "Read_LinkToAnotherFolderOfTheRoot_GivesEachImageOnce")]
    public void Read_LinkToWhatIsReadAnyway(string target)
    {
        _folder.WithImages("photos/blue/1.png", "photos/red/1.png", "photos/red/2.png", "photos/red/deeper/3.png");
        Link("photos/red/another", target);
        Assert.That(Read(), Is.EqualTo(new[] { "blue/1.png", "red/1.png", "red/2.png", "red/deeper/3.png" }));
        Assert.That(LeftOut(), Is.EqualTo(new[] { (LeftOutReason.ReadAlready, "red/another") }));
    }

    [Test]
    public void Read_LinksInACircle_Ends()
    {
        _folder.WithImages("photos/blue/1.png", "photos/red/1.png");
        Link("photos/red/x", "../blue");
        Link("photos/blue/y", "../red");
        Assert.That(Read(), Is.EqualTo(new[] { "blue/1.png", "red/1.png" }), "each in its own folder, not behind the other's link");
        Assert.That(LeftOut(), Is.EquivalentTo(new[] { (LeftOutReason.ReadAlready, "blue/y"), (LeftOutReason.ReadAlready, "red/x") }));
    }

    [Test]
    public void Read_LinksInACircleOutside_Ends()
    {
        _folder.WithImages("photos/red/1.png", "one/2.png", "two/3.png");
        Link("photos/red/x", _folder.At("one"));
        Link("one/x", _folder.At("two"));
        Link("two/x", _folder.At("one"));
        Assert.That(Read(), Is.EqualTo(new[] { "red/1.png", "red/x/2.png", "red/x/x/3.png" }));
        Assert.That(LeftOut(), Is.EqualTo(new[] { (LeftOutReason.ReadAlready, "red/x/x/x") }));
    }

    [Test]
    public void Read_LinkToAFolderElsewhere_IsLikeTheFolder()
    {
        _folder.WithImages("photos/blue/1.png", "photos/red/1.png", "elsewhere/green/1.png", "elsewhere/green/2.png");
        Link("photos/green", _folder.At("elsewhere", "green"));
        Assert.That(Read(), Is.EqualTo(new[] { "blue/1.png", "green/1.png", "green/2.png", "red/1.png" }));
        Assert.That(_leftOut.Items, Is.Empty);
    }

    // Links on the way to the target, and a link to a link: .NET alone resolves neither of them in full.
    [Test]
    public void Read_TwoWaysToAFolderElsewhere_GiveItOnce()
    {
        _folder.WithImages("v2/green/1.png", "v2/green/deeper/2.png", "photos/red/1.png");
        Link("current", "v2");
        Link("photos/green", "../current/green");
        Link("photos/lime", "green");
        Link("photos/moss", _folder.At("v2", "green", "deeper"));
        Assert.That(Read(), Is.EqualTo(new[] { "green/1.png", "green/deeper/2.png", "red/1.png" }));
        Assert.That(LeftOut(), Is.EquivalentTo(new[] { (LeftOutReason.ReadAlready, "lime"), (LeftOutReason.ReadAlready, "moss") }));
    }

    [Test]
    public void Read_FolderElsewhereBehindAnEarlierLinkToAPartOfIt_GivesThatPartOnce()
    {
        _folder.WithImages("all/part/1.png", "all/2.png");
        Directory.CreateDirectory(_folder.At("photos"));
        Link("photos/a", "../all/part");
        Link("photos/b", "../all");
        Assert.That(Read(), Is.EqualTo(new[] { "a/1.png", "b/2.png" }));
        Assert.That(LeftOut(), Is.EqualTo(new[] { (LeftOutReason.ReadAlready, "b/part") }));
    }

    [Test]
    public void Read_LinkAboveTheRoot_IsNotFollowed()
    {
        _folder.WithImages("photos/red/1.png", "other/2.png");
        Link("photos/red/up", "../..");
        Link("photos/red/top", "/");
        Assert.That(Read(), Is.EqualTo(new[] { "red/1.png" }));
        Assert.That(LeftOut(), Is.EquivalentTo(new[] { (LeftOutReason.LeadsUp, "red/up"), (LeftOutReason.LeadsUp, "red/top") }));
    }

    [Test]
    public void Read_RootThatIsALink_IsRead()
    {
        _folder.WithImages("real/red/1.png");
        Link("photos", "real");
        Link("real/red/self", _folder.At("photos", "red"));
        Assert.That(Read(), Is.EqualTo(new[] { "red/1.png" }));
        Assert.That(LeftOut(), Is.EqualTo(new[] { (LeftOutReason.ReadAlready, "red/self") }));
    }

    [Test]
    public void Read_LinksToFiles_GiveEachFileOnce()
    {
        _folder.WithImages("photos/blue/1.png", "elsewhere/2.png");
        File.Copy(_folder.At("elsewhere", "2.png"), _folder.At("elsewhere", "3f7a"));   // named by its content, as some tools keep files
        Directory.CreateDirectory(_folder.At("photos", "red"));
        Link("photos/red/1.png", "../blue/1.png");
        Link("photos/red/2.png", _folder.At("elsewhere", "2.png"));
        Link("photos/red/2 again.png", "2.png");
        Link("photos/red/3.png", "../../elsewhere/3f7a");
        Link("photos/red/4.png", "4.png");
        Link("photos/red/gone.png", "no such file");
        Assert.That(Read(), Is.EqualTo(new[] { "blue/1.png", "red/2 again.png", "red/3.png" }), "the first of two links by name");
        Assert.That(_leftOut.Items.Select(item => item.Reason), Is.EquivalentTo(new[]
        {
            LeftOutReason.ReadAlready, LeftOutReason.ReadAlready, LeftOutReason.LeadsNowhere, LeftOutReason.LeadsNowhere,
        }));
    }

    [Test, CancelAfter(60_000)]
    public async Task Read_Pipe_IsNotWaitedFor(CancellationToken cancellation)
    {
        _folder.WithImages("photos/red/1.png");
        UnixFiles.MakePipe(_folder.At("photos", "red", "pipe.png"));
        UnixFiles.MakePipe(_folder.At("pipe"));
        Link("photos/red/link.png", _folder.At("pipe"));
        _folder.Write("photos/red/empty.png", []);
        Assert.That(await Task.Run(Read).WaitAsync(cancellation), Is.EqualTo(new[] { "red/1.png" }));
        Assert.That(LeftOut(), Is.EquivalentTo(new[]
        {
            (LeftOutReason.NoContent, "red/empty.png"), (LeftOutReason.NoContent, "red/pipe.png"), (LeftOutReason.NoContent, "red/link.png"),
        }));
    }

    [Test]
    public void Read_FolderThatMayNotBeRead_IsNamedAndTheOthersAreRead()
    {
        _folder.WithImages("photos/blue/1.png", "photos/red/1.png", "photos/red/private/2.png");
        Close("photos/red/private");
        Assert.That(UnixFiles.AsNobody(Read), Is.EqualTo(new[] { "blue/1.png", "red/1.png" }));
        Assert.That(LeftOut(), Is.EqualTo(new[] { (LeftOutReason.Unreadable, "red/private") }));
        Assert.That(_leftOut.Items[0].Detail, Does.Contain("denied"));
    }

    [Test]
    public void ImageSource_RootThatMayNotBeRead_NamesTheOption()
    {
        _folder.WithImages("photos/red/1.png");
        Close("photos");
        var source = new ImageSource(_folder.At("cache"));
        Assert.That(
            () => UnixFiles.AsNobody(() => source.Read("--data", _folder.At("photos"), "images")),
            Throws.TypeOf<InputException>().With.Message.StartsWith($"--data {_folder.At("photos")}: this folder cannot be read"));
    }

    [Test, CancelAfter(60_000)]
    public async Task ImageSource_PipeCalledZip_IsNotWaitedFor(CancellationToken cancellation)
    {
        UnixFiles.MakePipe(_folder.At("photos.zip"));
        var source = new ImageSource(_folder.At("cache"));
        var reading = Task.Run(() => source.Read("--data", _folder.At("photos.zip"), "images"), cancellation).WaitAsync(cancellation);
        await Assert.ThatAsync(() => reading, Throws.TypeOf<InputException>().With.Message.Contains("no file but a pipe"));
    }

    private void Link(string name, string target) => File.CreateSymbolicLink(_folder.At(name.Split('/')), target);

    // The folder above is opened to all, so that it is this one that refuses.
    private void Close(string name)
    {
        UnixFiles.Open(_folder.Root);
        UnixFiles.Close(_folder.At(name.Split('/')));
    }

    private string[] Read() => [.. ScannedFolder.Read(_folder.At("photos"), _leftOut).AllImages.Select(Short)];

    private (LeftOutReason, string)[] LeftOut() => [.. _leftOut.Items.Select(item => (item.Reason, Short(item.Path)))];

    private string Short(string path) => Path.GetRelativePath(_folder.At("photos"), path);
}
