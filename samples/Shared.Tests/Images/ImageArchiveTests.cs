using Shared.CommandLine;
using Shared.Images;

namespace Shared.Tests.Images;

public sealed class ImageArchiveTests
{
    private TemporaryFolder _folder;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase("../escaped.png")]
    [TestCase("cat/../../escaped.png")]
    [TestCase("..\\escaped.png")]
    [TestCase("/escaped.png")]
    [TestCase("\\escaped.png")]
    [TestCase("C:/escaped.png")]
    [TestCase("../escaped.txt")]
    public void Unpack_EntryOutsideTheFolder_IsRefusedAndNothingStays(string name)
    {
        var zip = _folder.Zip("evil.zip", "cat/1.png", name);
        Assert.Multiple(() =>
        {
            Assert.That(() => Unpack(zip), Throws.TypeOf<InputException>().With.Message.Contains($"'{name}' would be written outside"));
            Assert.That(Directory.EnumerateFiles(_folder.Root, "*", SearchOption.AllDirectories), Is.EqualTo(new[] { zip }));
            Assert.That(File.Exists(_folder.At("..", "escaped.png")), Is.False);
        });
    }

    [TestCase(1, 1L << 20, 1L << 20, TestName = "Unpack_TooManyImages_IsRefused")]
    [TestCase(9, 10, 1L << 20, TestName = "Unpack_ImageTooLarge_IsRefused")]
    [TestCase(9, 1L << 20, 300, TestName = "Unpack_TooMuchInAll_IsRefused")]
    public void Unpack_OverTheLimits(int images, long imageBytes, long totalBytes)
    {
        var zip = _folder.Zip("large.zip", "cat/1.png", "cat/2.png");   // about 250 bytes each
        Assert.That(() => Unpack(zip, new(images, imageBytes, totalBytes)), Throws.TypeOf<InputException>());
    }

    [Test]
    public void Unpack_ZipWasReplaced_UnpacksTheNewOne()
    {
        var zip = _folder.Zip("data.zip", "cat/1.png");
        Unpack(zip);
        File.Delete(zip);
        _folder.Zip("data.zip", "cat/2.png", "cat/3.png");
        Assert.That(ImageFiles.Below(Unpack(zip)).Select(Path.GetFileName), Is.EqualTo(new[] { "2.png", "3.png" }));
    }

    [Test]
    public void Unpack_NoZipContent_NamesTheFile()
    {
        var zip = _folder.Write("data.zip", [1, 2, 3]);
        Assert.That(() => Unpack(zip), Throws.TypeOf<InputException>().With.Message.Contains(zip));
    }

    [Test]
    public void Unpack_NoImages_SaysWhatCountsAsOne()
    {
        var zip = _folder.Zip("data.zip", "cat/notes.txt");
        Assert.That(() => Unpack(zip), Throws.TypeOf<InputException>().With.Message.Contains(".png"));
    }

    private string Unpack(string zip, ImageArchive.Limits? limits = null) => ImageArchive.Unpack(zip, _folder.At("cache"), limits);
}
