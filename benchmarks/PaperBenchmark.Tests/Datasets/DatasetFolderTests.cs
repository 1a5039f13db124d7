using PaperBenchmark.Datasets;
using PaperBenchmark.Datasets.Files;
using Shared.Images;

namespace PaperBenchmark.Tests.Datasets;

public sealed class DatasetFolderTests
{
    private TemporaryFolder _folder;
    private List<UnreadableImage> _unreadable;

    [SetUp]
    public void SetUp() => (_folder, _unreadable) = (new(), []);

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Load_Cifar10ImageZips_GivesClassesAndLabels()
    {
        _folder.Zip("cifar10-train.zip", "train/airplane/1.png", "train/cat/1.png", "train/cat/2.png");
        _folder.Zip("cifar10-test.zip", "test/airplane/1.png", "test/cat/1.png");
        var (train, test) = (Load("cifar10", DatasetPart.Train), Load("cifar10"));
        Assert.Multiple(() =>
        {
            Assert.That(train.Classes, Is.EqualTo(new[] { "airplane", "cat" }));
            Assert.That(train.Labels, Is.EqualTo(new[] { 0, 1, 1 }));
            Assert.That(test.Labels, Is.EqualTo(new[] { 0, 1 }));
            Assert.That(test.Pixels, Has.Length.EqualTo(2 * 3 * 8 * 8));
        });
    }

    [Test]
    public void Load_Twice_IsTheSameFromTheCache()
    {
        _folder.Zip("cifar10.zip", "data/train/a/1.png", "data/train/b/1.png", "data/test/a/1.png", "data/test/b/1.png", "data/test/b/2.png");
        var (first, second) = (Load("cifar10"), Load("cifar10"));
        Assert.Multiple(() =>
        {
            Assert.That(second.Pixels, Is.EqualTo(first.Pixels));
            Assert.That(second.Labels, Is.EqualTo(new[] { 0, 1, 1 }));
            Assert.That(second.Classes, Is.EqualTo(first.Classes));
            Assert.That(Directory.GetFiles(_folder.At("cache")), Has.Length.EqualTo(1));
        });
    }

    [Test]
    public void UnlistedSets_ZipsAndFolders_AreNamedOnce()
    {
        _folder.Zip("ood-mnist.zip", "0/1.png");
        _folder.WithImages("ood-dogs/1.png", "ood-mnist/1.png", "ood-svhn.txt/1.png");
        _folder.Write("ood-notes.txt", [1]);
        Assert.That(Folder.UnlistedSets, Is.EqualTo(new[] { "dogs", "mnist", "svhn.txt" }));
    }

    [Test]
    public void Load_UnlistedSet_HasNoClasses()
    {
        _folder.Zip("ood-mnist.zip", "0/1.png", "1/2.png");
        var table = Load("mnist");
        Assert.That((table.Count, table.Classes.Count, table.Name), Is.EqualTo((2, 0, "mnist")));
    }

    [TestCase("gaussian-noise")]
    [TestCase("uniform-noise")]
    [TestCase("rademacher-noise")]
    [TestCase("blobs")]
    public void Load_Noise_NeedsNoFiles(string name)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Folder.Has(name));
            Assert.That(Load(name, limit: 5).Count, Is.EqualTo(5));
            Assert.That(Load(name, limit: 5).Pixels, Is.EqualTo(Load(name, limit: 7).Pixels[..(5 * 3 * 64)]));
        });
    }

    [Test]
    public void Load_CorruptImage_IsNamedAndLeftOut()
    {
        _folder.WithImages("ood-dogs/1.png", "ood-dogs/3.png");
        _folder.Write("ood-dogs/2.png", [1, 2, 3]);
        Assert.Multiple(() =>
        {
            Assert.That(Load("dogs").Count, Is.EqualTo(2));
            Assert.That(_unreadable.Single().Path, Is.EqualTo(_folder.At("ood-dogs", "2.png")));
            Assert.That(Load("dogs").Count, Is.EqualTo(2));
            Assert.That(_unreadable, Has.Count.EqualTo(2), "reported again from the cache");
        });
    }

    // In a circle the same images came 41 times, and a pipe was waited for.
    [Test, CancelAfter(60_000)]
    public async Task Load_LinksAndPipes_AreNamedAndEachImageIsTakenOnce(CancellationToken cancellation)
    {
        UnixFiles.Require();
        _folder.WithImages("ood-dogs/1.png", "ood-dogs/small/2.png");
        Directory.CreateSymbolicLink(_folder.At("ood-dogs", "small", "self"), ".");
        UnixFiles.MakePipe(_folder.At("ood-dogs", "pipe.png"));
        Assert.That((await Task.Run(() => Load("dogs"), cancellation).WaitAsync(cancellation)).Count, Is.EqualTo(2));
        Assert.That(_unreadable.Select(image => Path.GetFileName(image.Path)), Is.EquivalentTo(new[] { "pipe.png", "self" }));
    }

    [Test]
    public void Names_FolderThatMayNotBeRead_IsNamedAndTheOthersAreThere()
    {
        UnixFiles.Require();
        _folder.WithImages("ood-dogs/1.png", "ood-dogs/private/2.png");
        UnixFiles.Open(_folder.Root);
        UnixFiles.Close(_folder.At("ood-dogs", "private"));
        var request = new DatasetRequest("dogs", DatasetPart.Test, 8, null, _unreadable.Add, default);
        Assert.That(UnixFiles.AsNobody(() => FileTree.Open(_folder.At("ood-dogs")).Names(request)), Is.EqualTo(new[] { "1.png" }));
        Assert.That(_unreadable.Single(), Has.Property("Path").EqualTo(_folder.At("ood-dogs", "private")).And.Property("Reason").Contains("denied"));
    }

    [Test]
    public void Load_MissingSet_NamesRootAndSet()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Folder.Has("cifar10"), Is.False);
            Assert.That(() => Load("cifar10"), Throws.TypeOf<MissingDatasetException>().With.Message.Contains("cifar10").And.Message.Contains(_folder.Root));
        });
    }

    private DatasetFolder Folder => new(_folder.Root, _folder.At("cache"), _unreadable.Add);

    private ImageTable Load(string name, DatasetPart part = DatasetPart.Test, int? limit = null) => Folder.Load(name, part, 8, limit, default);
}
