using LogitNormTool.Features;

namespace LogitNormTool.Tests;

[TestFixture]
public sealed class FeatureCacheTests
{
    private static readonly UInt128 _model = 7;

    [Test]
    public void Save_ThenOpen_HoldsTheSameFeatures()
    {
        using var folder = new TemporaryFolder();
        var cache = Filled(folder);
        cache.Save();
        var read = Open(folder, _model, 3, out var said);
        Assert.That(said, Is.Null);
        Assert.That(read.Count, Is.EqualTo(2));
        Assert.That(read.Find(1), Is.EqualTo(new[] { 0.5f, -1, float.Epsilon }));
        Assert.That(read.Find(2), Is.EqualTo(new[] { 3f, 4, 5 }));
        Assert.That(read.Find(3), Is.Null);
    }

    [TestCase(0, TestName = "{m} magic")]
    [TestCase(9, TestName = "{m} what computed them")]
    [TestCase(30, TestName = "{m} the number of images")]
    [TestCase(40, TestName = "{m} an image's hash")]
    [TestCase(60, TestName = "{m} a feature")]
    [TestCase(-1, TestName = "{m} the checksum")]
    public void Open_AByteChanged_BeginsAnewAndSaysSo(int at)
    {
        using var folder = new TemporaryFolder();
        Filled(folder).Save();
        var path = folder.At("features.bin");
        var bytes = File.ReadAllBytes(path);
        bytes[at < 0 ? bytes.Length + at : at] ^= 1;
        File.WriteAllBytes(path, bytes);
        var read = Open(folder, _model, 3, out var said);
        Assert.That(read.Count, Is.Zero);
        Assert.That(said, Does.Contain(path).And.Contain("computed anew"));
    }

    [TestCase(0)]
    [TestCase(10)]
    [TestCase(47)]
    public void Open_CutOff_BeginsAnewAndSaysSo(int length)
    {
        using var folder = new TemporaryFolder();
        Filled(folder).Save();
        var path = folder.At("features.bin");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..length]);
        Assert.That(Open(folder, _model, 3, out var said).Count, Is.Zero);
        Assert.That(said, Does.Contain("computed anew"));
    }

    [Test]
    public void Open_OfAnotherNetwork_BeginsAnewAndSaysSo()
    {
        using var folder = new TemporaryFolder();
        Filled(folder).Save();
        Assert.That(Open(folder, 8, 3, out var other).Count, Is.Zero);
        Assert.That(other, Does.Contain("another network"));
        Assert.That(Open(folder, _model, 4, out var wider).Count, Is.Zero);
        Assert.That(wider, Does.Contain("another network"));
    }

    [Test]
    public void Add_OfAnotherLength_IsRefused()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => Filled(folder).Add(4, [1]), Throws.ArgumentException.With.Message.Contains("There are 1 features; expected 3"));
    }

    private static FeatureCache Filled(TemporaryFolder folder)
    {
        var cache = Open(folder, _model, 3, out _);
        cache.Add(1, [0.5f, -1, float.Epsilon]);
        cache.Add(2, [3, 4, 5]);
        return cache;
    }

    private static FeatureCache Open(TemporaryFolder folder, UInt128 model, int width, out string? said)
    {
        string? message = null;
        var cache = FeatureCache.Open(folder.At("features.bin"), model, width, text => message = text);
        said = message;
        return cache;
    }
}
