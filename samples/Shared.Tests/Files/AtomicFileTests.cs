using Shared.Files;

namespace Shared.Tests.Files;

public sealed class AtomicFileTests
{
    private TemporaryFolder _folder;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Write_WriterFails_KeepsTheOldFile()
    {
        var path = _folder.Write("figures.json", "old"u8.ToArray());
        Assert.Multiple(() =>
        {
            Assert.That(() => AtomicFile.Write(path, stream => { stream.WriteByte(1); throw new IOException("full"); }), Throws.TypeOf<IOException>());
            Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
            Assert.That(Directory.EnumerateFiles(_folder.Root), Is.EqualTo(new[] { path }));
        });
    }
}
