using PaperBenchmark.Runs;
using Shared.CommandLine;

namespace PaperBenchmark.Tests.Runs;

public sealed class RunFilesTests
{
    private TemporaryFolder _folder;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Scores_WrittenAndRead_AreTheSameToTheBit()
    {
        var scores = new SetScores([2, 0], [[0.1f, -3e-8f, 1e20f], [1 / 3f, 0, -1]], new Dictionary<string, float[]>
        {
            ["Odin(Temperature = 1000, Epsilon = 0.0014)"] = [-0.1f, 0.30000001f],
            ["MaxSoftmax"] = [float.Epsilon, -1],
        });
        scores.Write(_folder.At("scores.csv"));
        var read = SetScores.Read(_folder.At("scores.csv"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.Labels, Is.EqualTo(scores.Labels));
            Assert.That(read.Logits, Is.EqualTo(scores.Logits));
            Assert.That(read.Scores, Is.EqualTo(scores.Scores));
        }
    }

    [Test]
    public void Scores_OfImagesOfNoClass_HaveNoLabels()
    {
        new SetScores([], [[1, 2]], new Dictionary<string, float[]>()).Write(_folder.At("scores.csv"));
        Assert.That(SetScores.Read(_folder.At("scores.csv")).Labels, Is.Empty);
    }

    [TestCase("something else\n1,2\n")]
    [TestCase("label,logit_0,MaxSoftmax\n0,1\n")]
    [TestCase("label,logit_0,MaxSoftmax\n0,one,2\n")]
    [TestCase("label,logit_0,MaxSoftmax\n")]
    [TestCase("")]
    public void Scores_Damaged_NameTheFile(string content)
    {
        File.WriteAllText(_folder.At("scores.csv"), content);
        Assert.That(
            () => SetScores.Read(_folder.At("scores.csv")),
            Throws.TypeOf<InputException>().With.Message.Contain("scores.csv").And.Message.Contain("evaluate"));
    }

    [Test]
    public void Accuracy_IsTheShareOfRightArgMax()
        => Assert.That(SetScores.Accuracy([0, 1, 1, 0], [[2, 1], [2, 1], [1, 2], [5, -5]]), Is.EqualTo(0.75));

    [Test]
    public void EpochLog_AddedAgain_ReplacesThatEpochAndThoseAfter()
    {
        var path = _folder.At("epochs.csv");
        foreach (var (epoch, loss) in new[] { (1, 3.0), (2, 2.0), (3, 1.0), (2, 1.5) })
            EpochLog.Add(path, Line(epoch, loss));
        Assert.That(EpochLog.Read(path).Select(line => (line.Epoch, line.Loss)), Is.EqualTo(new[] { (1, 3.0), (2, 1.5) }));
    }

    [Test]
    public void EpochLog_Damaged_NamesTheFile()
    {
        File.WriteAllText(_folder.At("epochs.csv"), "epoch,loss\nx,y\n");
        Assert.That(() => EpochLog.Read(_folder.At("epochs.csv")), Throws.TypeOf<InputException>().With.Message.Contain("epochs.csv"));
    }

    [Test]
    public void Folder_Locked_IsLeftToItsOwner()
    {
        var folder = new RunFolder(_folder.At("run"));
        using (var mine = folder.TryLock())
        {
            Assert.That(mine, Is.Not.Null);
            Assert.That(folder.TryLock(), Is.Null);
        }
        using var next = folder.TryLock();
        Assert.That(next, Is.Not.Null);
    }

    [Test]
    public void Folder_DamagedFile_IsNamed()
    {
        _folder.Write("run/trained.json", "{ half"u8.ToArray());
        Assert.That(() => new RunFolder(_folder.At("run")).ReadTrained(), Throws.TypeOf<InputException>().With.Message.Contain("trained.json"));
    }

    [Test]
    public void Storage_ThatCannotBeWritten_IsToldBeforeAnythingElse()
    {
        _folder.Write("file", [1]);
        Assert.That(
            () => OutputStorage.Check(_folder.At("file", "output"), 1),
            Throws.TypeOf<InputException>().With.Message.Contain("--output").And.Message.Contain("file"));
    }

    [Test]
    public void Storage_ThatIsTooSmall_IsTold()
        => Assert.That(() => OutputStorage.Check(_folder.Root, 1_000_000_000), Throws.TypeOf<InputException>().With.Message.Contain("MB are free"));

    private static EpochLine Line(int epoch, double loss) => new()
    {
        Epoch = epoch,
        Loss = loss,
        TrainAccuracy = 0,
        TestAccuracy = 0,
        TrainLogitNorm = 0,
        TestLogitNorm = 0,
        OodLogitNorm = double.NaN,
        LearningRate = 0,
        ImagesPerSecond = 1,
        ElapsedSeconds = 1,
    };
}
