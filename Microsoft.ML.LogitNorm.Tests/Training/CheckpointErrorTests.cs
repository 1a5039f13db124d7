using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

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
        yield return Case(_options with { Augmentation = Augmentation.Of(Augmentation.CropAndFlip(1), Augmentation.PixMix()) }, "Augmentation was ");
        yield return Case(_options with { Loss = TrainingLoss.LogitNorm(0.2) }, "Loss was ");
        yield return Case(_options with { Head = Head.Cosine() }, "Head was ");
        yield return Case(_options with { Backbone = Backbone.WideResNet(10, 1, dropout: 0.1) }, "Backbone was ");
        yield return Case(_options with { ValidationFraction = 0.2 }, "ValidationFraction was null and is 0.2");
        yield return Case(
            _options with { ClassWeights = ClassWeights.Of(("red", 2)) },
            "ClassWeights was {\"kind\":\"none\"} and is {\"kind\":\"given\",\"Weights\":[{\"Class\":\"red\",\"Weight\":2}]}");
        yield return Case(_options with { Sampling = Sampling.Balanced }, "Sampling was \"Natural\" and is \"Balanced\"");
        yield return Case(_options with { Normalization = new([1, 1, 1], [2, 2, 2]) }, "Normalization was null and is ");

        static TestCaseData Case(LogitNormTrainer.Options options, string difference)
            => new TestCaseData(options, difference).SetArgDisplayNames(difference.Trim());
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
        Assert.That(
            () => TinyTraining.Weights(_neverTrains with { CheckpointFile = CheckpointFile, Epochs = 5, Seed = 3 }, rows: TinyImages.View(new(), 32)),
            Throws.InvalidOperationException.With.Message.Contains("Epochs was 2 and is 5; TrainingRows was 48 and is 32; Seed was 1 and is 3; the pixels"));
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
        Assert.That(
            () => TinyTraining.Weights(_neverTrains with { CheckpointFile = CheckpointFile }, rows: new MLContext().Data.LoadFromEnumerable(rows)),
            Throws.InvalidOperationException.With.Message.Contains(
                $"CheckpointFile '{CheckpointFile}' is of another training: the pixels, the labels or the order of the training rows were others."));
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
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), 1);
        AssertRefused(bytes, "another version");
    }

    // With a hash that is right, as someone makes it who changes the file on purpose.
    [TestCase("\"Epoch\":2", "\"Epoch\":-5", "epoch -5 is none of a training of 2")]
    [TestCase("\"Epoch\":2", "\"Epoch\":0", "epoch 0 is none of a training of 2")]
    [TestCase("\"Epoch\":2", "\"Epoch\":99", "epoch 99 is none of a training of 2")]
    [TestCase("\"Epochs\":2", "\"Epochs\":\"2\"", "how many epochs")]
    [TestCase("\"Epochs\":2,", "", "how many epochs")]
    [TestCase("\"Elapsed\":\"", "\"Elapsed\":\"-", "cannot have taken")]
    [TestCase("\"Elapsed\":\"", "\"Elapsed\":\"9999999.", "cannot have taken")]
    [TestCase("\"Elapsed\":", "\"More\":1,\"Elapsed\":", "More")]
    public void Fit_HeaderThatCannotBe_SaysWhy(string old, string replacement, string says)
    {
        Finish();
        AssertRefused(WithHeader(File.ReadAllBytes(CheckpointFile), json =>
        {
            Assert.That(json, Does.Contain(old), "the test no longer fits the file");
            return json.Replace(old, replacement);
        }), says);
    }

    [Test]
    public void Fit_HeaderOfImpossibleLength_SaysSo([Values(-1, int.MaxValue, 20_000_000)] int length)
    {
        Finish();
        var bytes = File.ReadAllBytes(CheckpointFile);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(JsonLength), length);
        AssertRefused(Hashed(bytes), "cannot say which training it is of");
    }

    // libtorch ends the process on some of these, and on others reads beyond the state.
    [TestCase(8, 0, TestName = "Fit_GeneratorWithNothingLeft_IsRefused")]
    [TestCase(8, 625, TestName = "Fit_GeneratorWithMoreLeftThanThereIs_IsRefused")]
    [TestCase(8, -1, TestName = "Fit_GeneratorWithLessThanNothingLeft_IsRefused")]
    [TestCase(12, 0, TestName = "Fit_GeneratorThatIsNotSeeded_IsRefused")]
    [TestCase(16, 700, TestName = "Fit_GeneratorBeyondItsNumbers_IsRefused")]
    [TestCase(20, 1, TestName = "Fit_GeneratorFarBeyondItsNumbers_IsRefused")]
    [TestCase(28, 1, TestName = "Fit_GeneratorOfTooLargeNumbers_IsRefused")]
    [TestCase(5040, 2, TestName = "Fit_GeneratorWithHalfANormalNumber_IsRefused")]
    [TestCase(5052, 7, TestName = "Fit_GeneratorWithHalfASingleNumber_IsRefused")]
    public void Fit_GeneratorStateThatCannotBe(int at, int value)
    {
        Finish();
        var file = File.ReadAllBytes(CheckpointFile);
        foreach (var name in (string[])["random.order", "random.dropout"])
        {
            byte[] bytes = [.. file];
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(Begin(bytes, name) + at), value);
            AssertRefused(Hashed(bytes), $"'{name}' is no state of a random number generator");
        }
    }

    // A training's generators are on the CPU; a state as long as one of CUDA's, 16 bytes, is none of theirs.
    [TestCase(0)]
    [TestCase(16)]
    [TestCase(5055)]
    public void Check_GeneratorStateOfAnotherLength_IsRefused(int bytes)
    {
        using var state = TorchSharp.torch.zeros(bytes, TorchSharp.torch.uint8);
        Assert.That(() => GeneratorState.Check("random.order", state), Throws.TypeOf<InvalidDataException>().With.Message.Contains("'random.order'"));
    }

    [Test]
    public void Fit_OptionThatTheFileLacks_IsTheDefault()
    {
        // As if the file were from before there was the option.
        Finish(_options with { WeightDecay = new LogitNormTrainer.Options().WeightDecay, Nesterov = false });
        var bytes = WithHeader(
            File.ReadAllBytes(CheckpointFile), json => System.Text.RegularExpressions.Regex.Replace(json, "\"(WeightDecay|Nesterov)\":[^,}]+,", ""));
        File.WriteAllBytes(CheckpointFile, bytes);
        Assert.That(() => TinyTraining.Weights(_neverTrains with { CheckpointFile = CheckpointFile }), Throws.Nothing);
        Assert.That(
            () => TinyTraining.Weights(_options with { CheckpointFile = CheckpointFile, WeightDecay = 0.01 }),
            Throws.InvalidOperationException.With.Message.Contains("WeightDecay was 0.0005 and is 0.01"));
        Assert.That(
            () => TinyTraining.Weights(_options with { CheckpointFile = CheckpointFile, Nesterov = false }),
            Throws.InvalidOperationException.With.Message.Contains("Nesterov was true and is false"));
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
    public void CheckpointFile_Empty_IsRefused()
        => Assert.That(() => _options with { CheckpointFile = "" }, Throws.ArgumentException.With.Message.Contains("CheckpointFile"));

    private const int Hash = 12, JsonLength = Hash + SHA256.HashSizeInBytes, Json = JsonLength + sizeof(int);

    private void Finish() => Finish(_options);

    private void Finish(LogitNormTrainer.Options options) => TinyTraining.Weights(options with { CheckpointFile = CheckpointFile });

    private static byte[] Hashed(byte[] bytes)
    {
        SHA256.HashData(bytes.AsSpan(JsonLength)).CopyTo(bytes, Hash);
        return bytes;
    }

    private static byte[] WithHeader(byte[] bytes, Func<string, string> change)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(JsonLength));
        var json = Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(bytes, Json, length)));
        return Hashed([.. bytes[..JsonLength], .. BitConverter.GetBytes(json.Length), .. json, .. bytes[(Json + length)..]]);
    }

    /// <summary>Where a tensor's elements begin in the file.</summary>
    private static int Begin(byte[] bytes, string name)
    {
        var tensors = Json + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(JsonLength));
        var header = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(tensors));
        return tensors + sizeof(ulong) + header + (int)TensorFile.Open(new MemoryStream(bytes[tensors..])).Entries.Single(entry => entry.Name == name).Begin;
    }

    private void AssertRefused(byte[] bytes, string reason = "")
    {
        File.WriteAllBytes(CheckpointFile, bytes);
        Assert.That(() => TinyTraining.Weights(_neverTrains with { CheckpointFile = CheckpointFile }), Throws.TypeOf<InvalidDataException>().With.Message
            .Contains(CheckpointFile).And.Message.Contains("delete this one to start anew").And.Message.Contains(reason));
        Assert.That(File.ReadAllBytes(CheckpointFile), Is.EqualTo(bytes), "it is left as it is");
    }

    private static void AssertUnwritable(string file)
        => Assert.That(
            () => TinyTraining.Weights(_neverTrains with { CheckpointFile = file }),
            Throws.InstanceOf<IOException>().With.Message.Contains($"CheckpointFile '{file}' cannot be written"));
}
