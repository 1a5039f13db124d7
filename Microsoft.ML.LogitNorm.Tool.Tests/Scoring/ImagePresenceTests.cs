using LogitNormTool.Prediction;
using LogitNormTool.Scoring;

namespace LogitNormTool.Tests.Scoring;

[TestFixture]
public sealed class ImagePresenceTests
{
    private TemporaryFolder _folder = null!;
    private (string Name, string Path)[] _images = null!;

    [SetUp]
    public void Make()
    {
        _folder = new();
        _images = [.. new[] { "a/1", "a/2", "b/1", "b/2" }.Select(name => (name, _folder.At(name)))];
        foreach (var (name, _) in _images)
            _folder.Write(name, [1]);
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    [TestCase("")]
    [TestCase("b/2", Description = "broken")]
    [TestCase("a/1 a/2 b/1 b/2", Description = "all broken")]
    public void WhyNotBelieved_FilesThatAreThere_AreAsTheyAre(string broken)
        => Assert.That(WhyNotBelieved(broken, again: broken), Is.Null);

    [TestCase("b/2", Description = "the last")]
    [TestCase("a/2 b/1 b/2", Description = "all but one")]
    public void WhyNotBelieved_ImagesThatNeverWere_AreRows(string missing)
    {
        Remove(missing);
        Assert.That(WhyNotBelieved(missing, again: missing), Is.Null);
    }

    [TestCase("b/1 b/2", "a/1 a/2 b/1 b/2", "a/1")]
    [TestCase("b/2", "b/1 b/2", "b/1", Description = "a file system of its own")]
    public void WhyNotBelieved_ImageThatWasReadIsGone_NamesIt(string unread, string gone, string named)
    {
        Remove(gone);
        Assert.That(WhyNotBelieved(unread, again: unread), Does.StartWith($"'{_folder.At(named)}' was read, and is not there any more"));
    }

    [Test]
    public void WhyNotBelieved_ImageThatIsBack_IsNamed()
        => Assert.That(WhyNotBelieved("a/2 b/1", again: "a/2"), Does.StartWith($"'{_folder.At("b/1")}' can be read now").And.EndsWith("why b/1"));

    [Test]
    public void WhyNotBelieved_NothingIsThere_SaysSo()
    {
        const string All = "a/1 a/2 b/1 b/2";
        Assert.That(ImagePresence.WhyNone(_images), Is.Null);
        Remove(All);
        Assert.That(WhyNotBelieved(All, again: All), Does.StartWith("none of the 4 images").And.Contain(_folder.At("a/1")));
        Assert.That(ImagePresence.WhyNone(_images), Does.StartWith("none of the 4 images"));
    }

    private string? WhyNotBelieved(string unread, string again)
        => ImagePresence.WhyNotBelieved(_images, [.. Answers(_images, unread)], images => Answers(images, again));

    private static IEnumerable<Answer> Answers(IEnumerable<(string Name, string Path)> images, string unread)
        => images.Select(image => unread.Split(' ').Contains(image.Name)
            ? Answer.Unreadable(image.Name, $"why {image.Name}")
            : new Answer(image.Name, "dark", 1, 0, 0, false, null));

    private void Remove(string names)
    {
        foreach (var name in names.Split(' '))
            File.Delete(_folder.At(name));
    }
}
