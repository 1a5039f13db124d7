using System.CommandLine;
using System.Xml.Linq;
using CompareScores.Report;
using Microsoft.ML.LogitNorm;
using SkiaSharp;

namespace CompareScores.Tests;

/// <summary>The program as a user starts it, on few and tiny images.</summary>
public sealed class CompareJobTests
{
    private TemporaryFolder _folder;

    [SetUp]
    public void SetUp() => _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task TwoModels_AllScores_WriteAllFiles()
    {
        var exit = await Run(
            "--model", $"one={TinyModel.Model}", "--model", $"other one={TinyModel.Model}", "--test", TinyModel.Test, "--train", TinyModel.Train,
            "--ood", $"stripes={TinyModel.Stripes}", "--ood", "gaussian-noise", "--limit", "20");

        Assert.That(exit, Is.Zero);
        var file = ScoresFile.Read(_folder.At("out", "scores.json"));
        var page = File.ReadAllText(_folder.At("out", "scores.md"));
        Assert.Multiple(() =>
        {
            Assert.That(file.Models.Select(model => model.Name), Is.EqualTo(new[] { "one", "other one" }));
            Assert.That(
                page,
                Does.Contain("--limit 20").And.Contain("## other one").And.Contain("| stripes | gaussian-noise |").And.Contain("](reliability-other-one.svg)"));
            foreach (var model in file.Models)
            {
                Assert.That(model.Rows, Is.EqualTo(new RowCounts(80, 40, model.Rows.Ood)));
                Assert.That(model.Rows.Ood, Is.EqualTo(new Dictionary<string, int> { ["stripes"] = 20, ["gaussian-noise"] = 40 }));
                Assert.That(model.Scores.Select(score => score.Name), Is.EquivalentTo(OodScores.All.Select(score => score.Name)));
                Assert.That(model.LeftOut, Is.Empty);
                Assert.That(model.Scores.Where(score => score.Failure is null).Select(IsComplete).ToList(), Has.Count.GreaterThan(10).And.All.True);
                Assert.That(model.Calibration.FittedOn, Is.EqualTo(8));
                Assert.That(model.Calibration.Before.Count, Is.EqualTo(32));
                Assert.That(model.Calibration.After.Accuracy, Is.EqualTo(model.Calibration.Before.Accuracy));
            }
            Assert.That(Directory.EnumerateFiles(_folder.At("out")).Select(Path.GetFileName), Is.EquivalentTo(new[]
            {
                "scores.json", "scores.md", "reliability-one.png", "reliability-one.svg", "reliability-other-one.png", "reliability-other-one.svg",
            }));
        });
        using var png = SKBitmap.Decode(_folder.At("out", "reliability-one.png"));
        var texts = XDocument.Load(_folder.At("out", "reliability-one.svg"))
            .Descendants()
            .Where(element => element.Name.LocalName == "text")
            .Select(element => element.Value)
            .ToList();
        Assert.That(png.Pixels.Distinct().Count(), Is.GreaterThan(10));
        Assert.That(texts, Is.SupersetOf(new[] { "As trained", "accuracy", "too sure by", "confidence", "one: can its confidence be taken at its word?" }));
    }

    // The picture folder lies beside the model, as QuickStart leaves it; the training pictures with it.
    [Test]
    public async Task OnlyAModel_PicturesBesideIt_AreTaken()
    {
        Assert.That(await Run("--model", TinyModel.Model, "--scores", "mahalanobis,max-softmax"), Is.Zero);
        var model = ScoresFile.Read(_folder.At("out", "scores.json")).Models.Single();
        Assert.Multiple(() =>
        {
            Assert.That(model.Name, Is.EqualTo("model"));
            Assert.That(model.Scores.Select(score => score.Name), Is.EquivalentTo(new[] { "MaxSoftmax", "Mahalanobis" }));
            Assert.That(model.Rows.Ood.Keys, Is.EqualTo(new[] { "stripes" }));
            Assert.That(model.LeftOut, Is.Empty);
        });
    }

    // QuickStart's output has pictures called scores.
    [Test]
    public async Task FilesOfOthersInTheOutput_AreKept()
    {
        var others = _folder.Write("out/scores.png", [1]);
        var old = _folder.Write("out/reliability-old.png", [1]);
        Assert.That(await Run("--model", TinyModel.Model, "--scores", "energy"), Is.Zero);
        Assert.That(File.Exists(others), Is.True);
        Assert.That(File.Exists(old), Is.False);
    }

    [Test]
    public async Task WithoutTrain_ScoresThatLearn_AreLeftOut()
    {
        Assert.That(await Run("--model", TinyModel.Model, "--test", TinyModel.Test, "--ood", $"stripes={TinyModel.Stripes}"), Is.Zero);
        var model = ScoresFile.Read(_folder.At("out", "scores.json")).Models.Single();
        Assert.Multiple(() =>
        {
            Assert.That(model.LeftOut, Does.Contain("Mahalanobis").And.No.Member("MaxSoftmax"));
            Assert.That(model.Scores.Select(score => score.Name), Does.Contain("MaxSoftmax").And.No.Member("Mahalanobis"));
            Assert.That(model.Rows.Train, Is.Null);
        });
    }

    [Test]
    public async Task SearchOn_ASet_ChoosesOnEveryFifthTestImageAndReportsTheOthers()
    {
        Assert.That(
            await Run(
                "--model", TinyModel.Model, "--scores", "re-act,energy,max-softmax",
                "--ood", $"stripes={TinyModel.Stripes}", "--search-on", "uniform-noise"),
            Is.Zero);
        var model = ScoresFile.Read(_folder.At("out", "scores.json")).Models.Single();
        var page = File.ReadAllText(_folder.At("out", "scores.md"));
        Assert.Multiple(() =>
        {
            Assert.That((model.Rows.Test, model.Rows.Validation), Is.EqualTo((32, 8)));
            Assert.That(model.Rows.SearchOn!.Keys, Is.EqualTo(new[] { "uniform-noise" }));
            Assert.That(
                model.Scores.Select(score => (score.Name, score.SettingsTried)), Is.EquivalentTo(new[] { ("ReAct", 4), ("Energy", 4), ("MaxSoftmax", 1) }));
            Assert.That(model.Scores.Select(score => score.SearchAuroc), Is.All.InRange(0.0, 1.0));
            Assert.That(model.Scores.SelectMany(score => score.Ood).Select(set => set.Name).Distinct(), Is.EqualTo(new[] { "stripes" }));
            Assert.That(
                page, Does.Contain("chosen by mean AUROC on 8 other test images and uniform-noise (").And.Contain("| settings tried on uniform-noise |"));
        });
    }

    // By the path too, whatever it is called.
    [TestCase("stripes")]
    [TestCase("other")]
    public async Task SearchOn_ASetOfOod_ExitsWithOneAndKeepsTheOldFiles(string name)
    {
        var old = _folder.Write("out/scores.md", "old"u8.ToArray());
        Assert.That(
            await Run("--model", TinyModel.Model, "--ood", $"stripes={TinyModel.Stripes}", "--search-on", $"{name}={TinyModel.Stripes}"), Is.EqualTo(1));
        Assert.That(File.ReadAllText(old), Is.EqualTo("old"));
    }

    [TestCase("--search-on", "nowhere=/no/such/folder")]
    [TestCase("--scores", "MaxSoftmin")]
    [TestCase("--model", "=")]
    [TestCase("--model", "no-such-model.zip")]
    [TestCase("--test", "/no/such/folder")]
    [TestCase("--ood", "nowhere=/no/such/folder")]
    [TestCase("--limit", "0")]
    [TestCase("--train-limit", "-1")]
    [TestCase("--device", "tpu")]
    public async Task BadOption_ExitsWithOne(string option, string value)
        => Assert.That(await Run("--model", TinyModel.Model, option, value), Is.EqualTo(1));

    [Test]
    public async Task ScoreThatLearns_WithoutTrain_ExitsWithOneAndKeepsTheOldFiles()
    {
        var old = _folder.Write("out/scores.md", "old"u8.ToArray());
        Assert.That(await Run("--model", TinyModel.Model, "--test", TinyModel.Test, "--scores", "Mahalanobis"), Is.EqualTo(1));
        Assert.That(File.ReadAllText(old), Is.EqualTo("old"));
    }

    [Test]
    public async Task TestImagesOfOtherClasses_ExitWithOneAndKeepTheOldFiles()
    {
        _folder.WithImages("other/cat/1.png", "other/dog/1.png");
        var notes = _folder.Write("other/cat/notes.txt", [1]);
        var old = _folder.Write("out/scores.md", "old"u8.ToArray());
        Assert.That(await Run("--model", TinyModel.Model, "--test", _folder.At("other")), Is.EqualTo(1));
        Assert.That(File.ReadAllText(old), Is.EqualTo("old"));
        Assert.That(File.ReadAllText(_folder.At("out", "left-out.txt")), Does.Contain(notes), "what is missing may be why");
    }

    [Test]
    public async Task Cancelled_ExitsWith130()
        => Assert.That(await Run(["--model", TinyModel.Model], new(canceled: true)), Is.EqualTo(130));

    private static bool IsComplete(ScoreFigures score)
        => score.MillisecondsPer1000Rows > 0 && score.Ood.Count == 2
            && score.Ood.SelectMany(set => new[] { set.FprAt95Tpr, set.Auroc, set.AuprIn, set.AuprOut }).All(share => share is >= 0 and <= 1);

    private Task<int> Run(params string[] arguments) => Run(arguments, CancellationToken.None);

    private Task<int> Run(string[] arguments, CancellationToken cancellation)
        => CompareCommand.Create().Parse([.. arguments, "--output", _folder.At("out")]).InvokeAsync(new InvocationConfiguration(), cancellation);
}
