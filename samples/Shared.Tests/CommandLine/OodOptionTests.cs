using Shared.CommandLine;
using Shared.Images;
using Shared.Painting;

namespace Shared.Tests.CommandLine;

public sealed class OodOptionTests
{
    private TemporaryFolder _folder;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase("mnist=digits.zip", "mnist", "digits.zip")]
    [TestCase("odd=a=b", "odd", "a=b")]
    [TestCase("gaussian-noise", "gaussian-noise", null)]
    [TestCase("uniform-noise", "uniform-noise", null)]
    public void Parse_Valid_GivesNameAndPath(string value, string name, string? path)
        => Assert.That(OodOption.Parse(value), Is.EqualTo(new OodOption(name, path)));

    [TestCase("noise")]
    [TestCase("=digits.zip")]
    [TestCase("mnist=")]
    [TestCase("")]
    public void Parse_Invalid_ListsWhatIsValid(string value)
        => Assert.That(
            () => OodOption.Parse(value),
            Throws.TypeOf<InputException>().With.Message.Contains("NAME=PATH").And.Message.Contains("gaussian-noise, uniform-noise"));

    [Test]
    public void ParseAll_SameNameTwice_IsRefused()
        => Assert.That(() => OodOption.ParseAll(["a=1", "b=2", "a=3"]), Throws.TypeOf<InputException>().With.Message.Contains("'a'"));

    [Test]
    public void Load_Folder_TakesImagesAtAnyDepth()
    {
        _folder.WithImages("set/1.png", "set/0/2.png", "set/0/0/3.png");
        var images = new OodOption("digits", _folder.At("set")).Load(Source, 32, 1);
        Assert.That(
            images.Select(i => (Path.GetFileName(i.Path), i.Label)),
            Is.EqualTo(new[] { ("1.png", "digits"), ("2.png", "digits"), ("3.png", "digits") }));
    }

    [Test]
    public void Load_FolderWithoutImages_IsRefused()
        => Assert.That(() => new OodOption("digits", _folder.Root).Load(Source, 32, 1), Throws.TypeOf<InputException>().With.Message.Contains("--ood digits="));

    [Test]
    public void Load_MissingPath_NamesOptionAndPath()
        => Assert.That(() => new OodOption("digits", "nowhere").Load(Source, 32, 1), Throws.TypeOf<InputException>().With.Message.StartsWith("--ood nowhere"));

    // Mid-grey and sigma 0.5, cut off one sigma away: 31.7 % of all values lie at the ends; uniform noise has 0.4 % there.
    [TestCase("gaussian-noise", 0.317)]
    [TestCase("uniform-noise", 0.004)]
    public void Write_Noise_HasItsDistribution(string name, double atEnds)
    {
        var images = ImageFiles.Below(NoiseImages.Write(name, _folder.At("cache"), size: 16, seed: 1, count: 20));
        byte[] values = [.. images.SelectMany(Values)];
        Assert.Multiple(() =>
        {
            Assert.That(images, Has.Count.EqualTo(20));
            Assert.That(values, Has.Length.EqualTo(20 * 16 * 16 * 3));
            Assert.That(values.Average(v => v / 255.0), Is.EqualTo(0.5).Within(0.02));
            Assert.That(values.Count(v => v is 0 or 255) / (double)values.Length, Is.EqualTo(atEnds).Within(0.02));
        });
    }

    private ImageSource Source => new(_folder.At("cache"));

    private static IEnumerable<byte> Values(string path)
    {
        using var bitmap = SkiaSharp.SKBitmap.Decode(path);
        return [.. bitmap.Pixels.SelectMany(p => new[] { p.Red, p.Green, p.Blue })];
    }
}
