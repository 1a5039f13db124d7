using System.Buffers.Binary;

namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>A checkpoint that is another training's, damaged, or impossible to write: each says so, and what to do.</summary>
[TestFixture]
public sealed class CheckpointErrorTests
{
    private static readonly LogitNormTrainer.Options _options = TinyImages.Options with { Epochs = 2 };
    private static readonly LogitNormTrainer.Options _neverTrains = _options with { StepCompleted = _ => Assert.Fail("It trains.") };

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    private string CheckpointFile => _folder["training.checkpoint"];

    private static IEnumerable<TestCaseData> OtherTrainings()
    {
        yield return Case(_options with { Epochs = 3 }, "Epochs was 2 and is 3");
        yield return Case(_options with { Seed = 2 }, "Seed was 1 and is 2");
        yield return Case(_options with { BatchSize = 8 }, "BatchSize was 16 and is 8");
        yield return Case(_options with { LearningRate = 0.2 }, "LearningRate was 0.1 and is 0.2");
        yield return Case(_options with { LearningRateSchedule = LearningRateSchedule.Cosine() }, "LearningRateSchedule was ");
        yield return Case(_options with { Momentum = 0.8 }, "Momentum was 0.9 and is 0.8");
        yield return Case(_options with { Nesterov = false }, "Nesterov was true and is false");
        yield return Case(_options with { WeightDecay = 1e-3 }, "WeightDecay was 0.0005 and is 0.001");
        yield return Case(_options with { Augmentation = Augmentation.None() }, "Augmentation was ");
        yield return Case(_options with { Loss = TrainingLoss.LogitNorm(0.2) }, "Loss was ");
        yield return Case(_options with { Head = Head.Cosine() }, "Head was ");
        yield return Case(_options with { Backbone = Backbone.WideResNet(10, 1, dropout: 0.1) }, "Backbone was ");
        yield return Case(_options with { Normalization = new([1, 1, 1], [2, 2, 2]) }, "Normalization was null and is ");

        static TestCaseData Case(LogitNormTrainer.Options options, string difference) => new TestCaseData(options, difference).SetArgDisplayNames(difference.Trim());
    }

    [TestCaseSource(nameof(OtherTrainings))]
    public void Fit_OtherOptions_NamesWhatDiffers(LogitNormTrainer.Options options, string difference)
    {
        Finish();
        Assert.That(() => TinyTraining.Weights(options with { CheckpointFile = CheckpointFile }), Throws.InvalidOperationException.With.Message
            .Contains(difference).And.Message.Contains(CheckpointFile).And.Message.Contains("delete this one"));
    }

    [Test]
    public void Fit_SeveralOthers_NamesThemAll()
    {
        Finish();
        Assert.That(() => TinyTraining.Weights(_neverTrains with { CheckpointFile = CheckpointFile, Epochs = 5, Seed = 3 }, rows: TinyImages.View(new(), 32)), Throws.InvalidOperationException
            .With.Message.Contains("Epochs was 2 and is 5; TrainingRows was 48 and is 32; Seed was 1 and is 3; the pixels"));
    }

    [TestCase("pixel")]
    [TestCase("label")]
    [TestCase("order")]
    public void Fit_OtherRows_SaysSo(string change)
    {
        Finish();
        var rows = TinyImages.Rows(TinyTraining.Rows);
        switch (change)
        {
            case "pixel":
                rows[^1].Image[^1] ^= 1;
                break;
            case "label":
                rows[^1].Label = rows[0].Label;
                break;
            default:
                (rows[3], rows[6]) = (rows[6], rows[3]);
                break;
        }
        Assert.That(() => TinyTraining.Weights(_neverTrains with { CheckpointFile = CheckpointFile }, rows: new MLContext().Data.LoadFromEnumerable(rows)), Throws.InvalidOperationException
            .With.Message.Contains($"CheckpointFile '{CheckpointFile}' is of another training: the pixels, the labels or the order of the training rows were others."));
    }

    [Test]
    public void Fit_OtherCallbacksAndValidation_GoesOn()
    {
        Finish();
        var ml = new MLContext(seed: 5);
        var validation = ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(ml, 3)).Transform(TinyImages.View(ml, 20, seed: 3));
        Assert.That(() => TinyTraining.Weights(_neverTrains with { CheckpointFile = CheckpointFile, ValidationSet = validation }, ml), Throws.Nothing);
    }

    // In the mark, the version, the hash, the JSON, the tensors' names, their values; and the last byte.
    [Test]
    public void Fit_OneByteChanged_NamesTheFile([Values(0, 8, 20, 60, 3000, 100_000, -1)] int position)
    {
        Finish();
        var bytes = File.ReadAllBytes(CheckpointFile);
        bytes[position < 0 ? ^1 : position] ^= 1;
        AssertRefused(bytes);
    }

    [Test]
    public void Fit_CutShort_NamesTheFile([Values(0, 4, 9, 30, 50, 5000, -1)] int length)
    {
        Finish();
        var bytes = File.ReadAllBytes(CheckpointFile);
        AssertRefused(bytes[..(length < 0 ? ^1 : length)]);
    }

    [Test]
    public void Fit_ForeignFile_NamesIt() => AssertRefused("PK\u0003\u0004, a model, for example"u8.ToArray());

    [Test]
    public void Fit_OtherFormat_SaysSo()
    {
        Finish();
        var bytes = File.ReadAllBytes(CheckpointFile);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), 2);
        AssertRefused(bytes, "another version");
    }

    [Test]
    public void Fit_FolderIsMissing_MakesIt()
    {
        var file = Path.Combine(_folder.Path, "a", "b", "training.checkpoint");
        TinyTraining.Weights(_options with { CheckpointFile = file });
        Assert.That(file, Does.Exist);
    }

    [Test]
    public void Fit_FileIsAFolder_SaysSoBeforeTraining() => AssertUnwritable(_folder.Path);

    [Test]
    public void Fit_FolderIsAFile_SaysSoBeforeTraining()
    {
        File.WriteAllText(_folder["file"], "");
        AssertUnwritable(Path.Combine(_folder["file"], "training.checkpoint"));
    }

    [Test]
    public void Fit_ReadOnlyFile_SaysSoBeforeTraining()
    {
        Finish();
        File.SetAttributes(CheckpointFile, FileAttributes.ReadOnly);
        AssertUnwritable(CheckpointFile);
        File.SetAttributes(CheckpointFile, FileAttributes.Normal);
    }

    [Test]
    [Platform("Linux")]
    public void Fit_DiskIsFull_KeepsTheCheckpointBefore()
    {
        var fill = _options with
        {
            Epochs = 3,
            CheckpointFile = CheckpointFile,
            EpochCompleted = epoch =>
            {
                if (epoch.Epoch == 2)
                    File.CreateSymbolicLink(CheckpointFile + ".tmp", "/dev/full");
            },
        };
        Assert.That(() => TinyTraining.Weights(fill), Throws.InstanceOf<IOException>().With.Message
            .Contains($"CheckpointFile '{CheckpointFile}' could not be written after epoch 2: No space left").And.Message.Contains("still holds epoch 1"));
        Assert.That(Directory.GetFileSystemEntries(_folder.Path), Is.EqualTo(new[] { CheckpointFile }));
        Assert.That(TinyTraining.Weights(fill with { EpochCompleted = null }), Is.EqualTo(TinyTraining.Weights(_options with { Epochs = 3 })));
    }

    [Test]
    public void CheckpointFile_Empty_IsRefused() => Assert.That(() => _options with { CheckpointFile = "" }, Throws.ArgumentException.With.Message.Contains("CheckpointFile"));

    private void Finish() => TinyTraining.Weights(_options with { CheckpointFile = CheckpointFile });

    private void AssertRefused(byte[] bytes, string reason = "")
    {
        File.WriteAllBytes(CheckpointFile, bytes);
        Assert.That(() => TinyTraining.Weights(_neverTrains with { CheckpointFile = CheckpointFile }), Throws.TypeOf<InvalidDataException>().With.Message
            .Contains(CheckpointFile).And.Message.Contains("delete this one to start anew").And.Message.Contains(reason));
        Assert.That(File.ReadAllBytes(CheckpointFile), Is.EqualTo(bytes), "it is left as it is");
    }

    private static void AssertUnwritable(string file)
        => Assert.That(() => TinyTraining.Weights(_neverTrains with { CheckpointFile = file }), Throws.InstanceOf<IOException>().With.Message.Contains($"CheckpointFile '{file}' cannot be written"));
}
