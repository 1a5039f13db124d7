namespace QuickStart.Tests;

/// <summary>What is done with the user's own images before anything is trained.</summary>
public sealed class PictureSetsTests
{
    private TemporaryFolder _folder;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    // A quarter of 240 training images would be set aside for the 200 that calibration wants.
    [TestCase(0, 180, 60)]
    [TestCase(150, 190, 200)]
    [TestCase(250, 240, 250)]
    public void Open_ValidationImages_CalibrateBeforeTrainingImagesDo(int validation, int train, int calibration)
    {
        Images("train", 240);
        Images("val", validation);
        Images("test", 20);
        var pictures = Open();
        Assert.Multiple(() =>
        {
            Assert.That((pictures.Train.Count, pictures.Calibration.Count, pictures.Test.Count), Is.EqualTo((train, calibration, 20)));
            Assert.That(
                pictures.Calibration.Count(image => image.Path.StartsWith(_folder.At("data", "val"), StringComparison.Ordinal)),
                Is.EqualTo(validation));
            Assert.That(pictures.CalibrationFrom, Is.EqualTo(validation == 0 ? null : $"{validation} from {_folder.At("data", "val")}"));
            Assert.That(pictures.TestFrom, Is.EqualTo(_folder.At("data", "test")));
            Assert.That(pictures.Train.Intersect(pictures.Calibration).Concat(pictures.Train.Intersect(pictures.Test)), Is.Empty);
        });
    }

    [Test]
    public void Open_ClassFolders_HoldsOutAShareOfThem()
    {
        Images(".", 240);
        var pictures = Open();
        Assert.That((pictures.Train.Count, pictures.Calibration.Count, pictures.Test.Count), Is.EqualTo((162, 54, 24)));
        Assert.That((pictures.CalibrationFrom, pictures.TestFrom), Is.EqualTo(((string?)null, (string?)null)));
    }

    private PictureSets Open()
        => PictureSets.Open(
            new() { Data = _folder.At("data"), Ood = [$"odd={_folder.WithImages("odd/1.png").At("odd")}"], ImageSize = 8, Seed = 1 },
            new(_folder.At("cache")),
            image => Assert.Fail($"{image.Path}: {image.Reason}"),
            CancellationToken.None);

    private void Images(string part, int count)
        => _folder.WithImages([.. Enumerable.Range(0, count).Select(i => $"data/{part}/{(i % 2 == 0 ? "cat" : "dog")}/{i}.png")]);
}
