using Shared.CommandLine;
using Shared.Images;

namespace Shared.Tests.Images;

public sealed class ImageFolderTests
{
    private TemporaryFolder _folder;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Load_ClassFolders_LabelsAreFolderNames()
    {
        _folder.WithImages("data/cat/2.png", "data/cat/1.jpg", "data/dog/deeper/3.PNG", "data/dog/notes.txt", "data/.git/4.png");
        var data = Load("data");
        Assert.Multiple(() =>
        {
            Assert.That(
                data.Train.Select(i => (Path.GetFileName(i.Path), i.Label)),
                Is.EqualTo(new[] { ("1.jpg", "cat"), ("2.png", "cat"), ("3.PNG", "dog") }));
            Assert.That(data.Test, Is.Null);
            Assert.That(data.Classes, Is.EqualTo(new[] { "cat", "dog" }));
        });
    }

    [TestCase("data/", TestName = "Load_TrainAndTest_AreKeptApart")]
    [TestCase("data/wrapper/", TestName = "Load_TrainAndTestInOneFolder_AreKeptApart")]
    public void Load_TrainAndTest(string root)
    {
        _folder.WithImages(root + "train/cat/1.png", root + "train/dog/2.png", root + "Test/cat/3.png", root + "Test/dog/4.png", root + "ood/5.png");
        var data = Load("data");
        Assert.Multiple(() =>
        {
            Assert.That(Names(data.Train), Is.EqualTo(new[] { "1.png", "2.png" }));
            Assert.That(Names(data.Test!), Is.EqualTo(new[] { "3.png", "4.png" }));
        });
    }

    [Test]
    public void Load_ClassesCalledTrainAndTest_AreClasses()
    {
        _folder.WithImages("data/train/1.png", "data/test/2.png");
        Assert.That(Load("data").Classes, Is.EqualTo(new[] { "test", "train" }));
    }

    [Test]
    public void Load_TrainAndTestWithOthersBeside_SaysThatTheseAreNotUsed()
    {
        _folder.WithImages("data/train/cat/1.png", "data/train/dog/2.png", "data/test/cat/3.png", "data/test/dog/4.png");
        _folder.WithImages("data/ood/5.png", "data/ood/6.png", "data/7.png", "data/extra/cat/8.png");
        var source = Source;
        ImageFolder.Load(source, _folder.At("data"));
        var leftOut = source.LeftOut.Items.Select(item => (item.Reason, Path.GetFileName(item.Path), item.Detail?.Split(';')[0]));
        Assert.That(leftOut, Is.EqualTo(new (LeftOutReason, string, string?)[]
        {
            (LeftOutReason.NoClass, "7.png", null), (LeftOutReason.UnusedFolder, "extra", "1 image"), (LeftOutReason.UnusedFolder, "ood", "2 images"),
        }));
    }

    [TestCase("val")]
    [TestCase("Valid")]
    [TestCase("validation")]
    public void Load_TrainValAndTest_AreKeptApart(string val)
    {
        _folder.WithImages("data/train/cat/1.png", "data/train/dog/2.png", "data/test/cat/3.png", "data/test/dog/4.png");
        _folder.WithImages($"data/{val}/cat/5.png", $"data/{val}/dog/6.png");
        var data = Load("data");
        Assert.Multiple(() =>
        {
            Assert.That(Names(data.Train), Is.EqualTo(new[] { "1.png", "2.png" }));
            Assert.That(Names(data.Validation!), Is.EqualTo(new[] { "5.png", "6.png" }));
            Assert.That(Names(data.Test!), Is.EqualTo(new[] { "3.png", "4.png" }));
            Assert.That(data.ValidationFolder, Is.EqualTo(_folder.At("data", val)));
        });
    }

    // As ImageNet and many others lie.
    [Test]
    public void Load_TrainAndValOnly_TestsOnVal()
    {
        _folder.WithImages("data/train/cat/1.png", "data/train/dog/2.png", "data/val/cat/5.png", "data/val/dog/6.png");
        var data = Load("data");
        Assert.That(Names(data.Test!), Is.EqualTo(new[] { "5.png", "6.png" }));
        Assert.That((data.Validation, data.TestFolder), Is.EqualTo(((IReadOnlyList<LabeledImage>?)null, _folder.At("data", "val"))));
    }

    [Test]
    public void Load_TestGivenBesideDataWithOne_SaysThatItIsNotUsed()
    {
        _folder.WithImages("data/train/cat/1.png", "data/train/dog/2.png", "data/val/cat/5.png", "data/val/dog/6.png");
        _folder.WithImages("data/test/cat/3.png", "data/test/dog/4.png", "other/cat/7.png", "other/dog/8.png");
        var source = Source;
        var data = ImageFolder.Load(source, _folder.At("data"), _folder.At("other"));
        Assert.That(Names(data.Test!), Is.EqualTo(new[] { "7.png", "8.png" }));
        Assert.That(Names(data.Validation!), Is.EqualTo(new[] { "5.png", "6.png" }));
        var detail = $"2 images; --test {_folder.At("other")} is taken in its place";
        Assert.That(source.LeftOut.Items.Single(), Is.EqualTo(new LeftOutItem(LeftOutReason.UnusedFolder, _folder.At("data", "test"), detail)));
    }

    // Beside the classes rather than beside train/.
    [Test]
    public void Load_ClassesWithTestBesideThem_AreNoClassesOfTheirOwn()
    {
        _folder.WithImages("data/cat/1.png", "data/dog/2.png", "data/test/cat/3.png", "data/test/dog/4.png", "data/val/dog/5.png", "data/val/cat/6.png");
        var data = Load("data");
        Assert.Multiple(() =>
        {
            Assert.That(data.Classes, Is.EqualTo(new[] { "cat", "dog" }));
            Assert.That(Names(data.Train), Is.EqualTo(new[] { "1.png", "2.png" }));
            Assert.That(Names(data.Test!), Is.EqualTo(new[] { "3.png", "4.png" }));
            Assert.That(Names(data.Validation!), Is.EqualTo(new[] { "6.png", "5.png" }));
        });
    }

    [Test]
    public void Load_ClassCalledTestWithFoldersOfItsOwn_IsAClass()
    {
        _folder.WithImages("data/exam/1.png", "data/test/written/2.png", "data/test/oral/3.png");
        Assert.That(Load("data").Classes, Is.EqualTo(new[] { "exam", "test" }));
    }

    [TestCase(DataPart.Train, "1.png 2.png", "val")]
    [TestCase(DataPart.Test, "3.png 4.png", "val")]
    public void Open_PartOfADataSet_SaysWhatIsNotUsed(DataPart part, string names, string unused)
    {
        _folder.WithImages("data/train/cat/1.png", "data/train/dog/2.png", "data/test/cat/3.png", "data/test/dog/4.png");
        _folder.WithImages("data/val/cat/5.png", "data/val/dog/6.png");
        var source = Source;
        Assert.That(Names(ClassFolders.Open(source, "--test", _folder.At("data"), part, null)), Is.EqualTo(names.Split(' ')));
        Assert.That(source.LeftOut.Items.Select(item => Path.GetFileName(item.Path)), Is.EqualTo(new[] { unused }));
    }

    [Test]
    public void Load_ZipsWithOneTopFolder_AreUnpackedOnce()
    {
        var train = _folder.Zip("train.zip", "train/cat/1.png", "train/dog/2.png", "__MACOSX/train/cat/._1.png");
        var test = _folder.Zip("test.zip", "test/cat/3.png", "test/dog/4.png");
        var data = ImageFolder.Load(Source, train, test);
        var written = File.GetLastWriteTimeUtc(data.Train[0].Path);
        var again = ImageFolder.Load(Source, train, test);
        Assert.Multiple(() =>
        {
            Assert.That(Names(data.Train), Is.EqualTo(new[] { "1.png", "2.png" }));
            Assert.That(Names(data.Test!), Is.EqualTo(new[] { "3.png", "4.png" }));
            Assert.That(again.Train, Is.EqualTo(data.Train));
            Assert.That(File.GetLastWriteTimeUtc(again.Train[0].Path), Is.EqualTo(written));
        });
    }

    [Test]
    public void Load_Limit_SpreadsOverEachClass()
    {
        _folder.WithImages([.. Enumerable.Range(0, 10).SelectMany(i => new[] { $"data/cat/{i}.png", $"data/dog/{i}.png" })]);
        Assert.That(Names(Load("data", limit: 3).Train), Is.EqualTo(new[] { "0.png", "3.png", "6.png", "0.png", "3.png", "6.png" }));
    }

    [Test]
    public void Load_ClassWithoutImages_IsNamed()
    {
        _folder.WithImages("data/cat/1.png", "data/dog/2.png");
        _folder.Write("data/eel/notes.txt", []);
        Assert.That(() => Load("data"), Throws.TypeOf<InputException>().With.Message.Contains("'eel'"));
    }

    [Test]
    public void Load_OneClass_SaysThatTwoAreNeeded()
    {
        _folder.WithImages("data/cat/1.png", "data/loose.png");
        Assert.That(() => Load("data"), Throws.TypeOf<InputException>().With.Message.Contains("at least 2 classes, 1 sub-folder was found beside 1 images"));
    }

    [Test]
    public void Load_NothingThere_NamesOptionAndPath()
        => Assert.That(
            () => Load("nowhere"),
            Throws.TypeOf<InputException>().With.Message.StartsWith($"--data {_folder.At("nowhere")}: there is no such file or folder. Expected"));

    [Test]
    public void Load_FileThatIsNoZip_SaysSo()
    {
        _folder.WithImages("cat.png");
        Assert.That(() => Load("cat.png"), Throws.TypeOf<InputException>().With.Message.Contains("not a .zip"));
    }

    [Test]
    public void Load_TestClassThatIsNotTrained_IsNamed()
    {
        _folder.WithImages("data/train/cat/1.png", "data/train/dog/2.png", "data/test/cat/3.png", "data/test/eel/4.png");
        Assert.That(() => Load("data"), Throws.TypeOf<InputException>().With.Message.Contains("eel"));
    }

    private ImageSource Source => new(_folder.At("cache"));

    private ImageFolder Load(string name, int? limit = null) => ImageFolder.Load(Source, _folder.At(name), limit: limit);

    private static IEnumerable<string?> Names(IEnumerable<LabeledImage> images) => images.Select(i => Path.GetFileName(i.Path));
}
