using Shared.Images;

namespace Shared.Tests.Images;

public sealed class LeftOutTests
{
    private TemporaryFolder _folder;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Summary_AFolder_CountsAndNamesAllThatIsNotRead()
    {
        _folder.WithImages("data/cat/1.png", "data/dog/2.png", "data/loose.png", "data/.git/3.png");
        foreach (var name in new[] { "data/cat/notes.txt", "data/cat/more.TXT", "data/dog/Thumbs.db", "data/README", "data/dog/.DS_Store" })
            _folder.Write(name, [1]);
        var source = new ImageSource(_folder.At("cache"));
        Assert.That(ImageFolder.Load(source, _folder.At("data")).Train, Has.Count.EqualTo(2));
        Assert.That(source.LeftOut.Summary, Is.EqualTo(new[]
        {
            "4 files of other types than images (.bmp, .gif, .jpeg, .jpg, .png, .webp): .txt (2), no ending (1), .db (1)",
            $"2 hidden files and folders: {_folder.At("data", ".git")}, {_folder.At("data", "dog", ".DS_Store")}",
            $"1 image beside the folders of the classes, so of no class: {_folder.At("data", "loose.png")}",
        }));
    }

    [Test]
    public void Summary_AZip_IsThatOfTheFolder_AlsoFromTheCache()
    {
        var zip = _folder.Zip(
            "data.zip", "data/cat/1.png", "data/dog/2.png", "data/loose.png", "data/cat/notes.txt", "__MACOSX/data/cat/._1.png", "__MACOSX/data/dog/._2.png");
        foreach (var time in new[] { "unpacked", "from the cache" })
        {
            var source = new ImageSource(_folder.At("cache"));
            ImageFolder.Load(source, zip);
            Assert.That(source.LeftOut.Summary, Has.Count.EqualTo(3), time);
            Assert.That(source.LeftOut.Items.Take(2).Select(item => item.Path), Is.EqualTo(new[] { $"{zip}/data/cat/notes.txt", $"{zip}/__MACOSX" }), time);
            Assert.That(source.LeftOut.Summary[2], Does.StartWith("1 image beside the folders").And.EndsWith("loose.png"), time);
        }
    }

    [Test]
    public void Summary_Nothing_IsEmpty()
    {
        _folder.WithImages("data/cat/1.png", "data/dog/2.png");
        var source = new ImageSource(_folder.At("cache"));
        ImageFolder.Load(source, _folder.At("data"));
        Assert.That(source.LeftOut.Summary, Is.Empty);
    }

    [Test]
    public void Summary_Many_NamesSomeAndCountsTheRest_TheFileNamesAll()
    {
        var leftOut = new LeftOut();
        foreach (var i in Enumerable.Range(0, 1200))
            leftOut.Add(LeftOutReason.Unreadable, $"photos/{i}", "denied");
        leftOut.Add(LeftOutReason.Unreadable, "photos/7", "denied");
        Assert.That(leftOut.Summary, Is.EqualTo(new[]
        {
            "1,200 folders that cannot be read: photos/0 (denied), photos/1 (denied), photos/2 (denied), photos/3 (denied) and 1,196 more",
        }));
        leftOut.Write(_folder.At("left-out.txt"));
        Assert.That(
            File.ReadAllLines(_folder.At("left-out.txt")),
            Is.EqualTo(Enumerable.Range(0, 1200).Select(i => $"  photos/{i} (denied)").Prepend("1,200 folders that cannot be read:")));
        new LeftOut().Write(_folder.At("left-out.txt"));
        Assert.That(File.Exists(_folder.At("left-out.txt")), Is.False, "an earlier run's");
    }

    // A name can hold what moves a terminal's cursor or writes another line.
    [Test]
    public void Summary_ControlCharactersInANames_AreNotShown()
    {
        var leftOut = new LeftOut();
        leftOut.Add(LeftOutReason.LeadsNowhere, "a\u001b[2Jb\nc.png");
        leftOut.Write(_folder.At("left-out.txt"));
        Assert.That(leftOut.Summary, Is.EqualTo(new[] { "1 link to nothing: a?[2Jb?c.png" }));
        Assert.That(File.ReadAllLines(_folder.At("left-out.txt")), Has.Length.EqualTo(2));
    }

    [Test]
    public void EveryReason_HasWords([Values] LeftOutReason reason)
    {
        var leftOut = new LeftOut();
        leftOut.Add(reason, "photos/x");
        Assert.That(leftOut.Summary.Single(), Does.StartWith("1 "));
        Assert.That(leftOut.Items.Single().Why, Is.Not.Empty);
    }
}
