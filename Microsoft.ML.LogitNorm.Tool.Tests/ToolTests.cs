using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using QuickStart;
using QuickStart.Report;
using Shared.Images;
using Shared.Models;

namespace LogitNormTool.Tests;

/// <summary>The tool as a person uses it: train on a folder, then everything that the other commands do with the model.</summary>
[TestFixture]
[NonParallelizable]
public sealed class ToolTests
{
    private TemporaryFolder _folder = null!;
    private string _trained = "";

    private string Model => _folder.At("out", "model.zip");

    [OneTimeSetUp]
    public void Train()
    {
        _folder = new TemporaryFolder().WithStripes("photos", 40).WithStripes("test", 10, first: 100).WithDots("dots", 12);
        _folder.Write("photos/lying/broken.png", [1, 2, 3]);
        (var exit, _trained, var errors) = ToolRun.Of("train", _folder.At("photos"), "--test", _folder.At("test"), "--ood", $"dots={_folder.At("dots")}",
            "--false-alarm-rate", "0.2", "--keep-images", "21", "--output", _folder.At("out"));
        Assert.That(exit, Is.Zero, errors + _trained);
    }

    [OneTimeTearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public void Train_FewPhotos_TakesPretrainedFeatures_AndWritesTheQuickStartsResult()
    {
        Assert.That(_trained, Does.Contain("pretrained").And.Contain("broken.png").And.Contain("logitnorm predict"));
        var result = ResultFile.Read(_folder.At("out", "result.json"));
        Assert.That(result.Runs.Single().Accuracy, Is.GreaterThan(0.9));
        Assert.That(result.Runs.Single().Ood.Single().Auroc, Is.GreaterThan(0.8));
        Assert.That(result.TestRows, Is.EqualTo(20));
        Assert.That(File.ReadAllText(_folder.At("out", "unreadable.txt")), Does.Contain("broken.png"));
    }

    [Test]
    public void Train_Again_TakesFeaturesFromTheCache()
    {
        var cache = _folder.At("out", "cache", "features.bin");
        var before = File.GetLastWriteTimeUtc(cache);
        var (exit, text, _) = ToolRun.Of("train", _folder.At("photos"), "--test", _folder.At("test"), "--ood", $"dots={_folder.At("dots")}",
            "--false-alarm-rate", "0.2", "--output", _folder.At("out"));
        Assert.That(exit, Is.Zero, text);
        Assert.That(File.GetLastWriteTimeUtc(cache), Is.EqualTo(before), "nothing new to keep");
    }

    [Test]
    public void Export_WritesAnOnnxFile_AndSaysWhatIsNotInIt()
    {
        var (exit, text, errors) = ToolRun.Of("export", Model, "--images", _folder.At("test"), "--output", _folder.At("model.onnx"));
        Assert.That(exit, Is.Zero, errors);
        Assert.That(text, Does.Contain("IsOutOfDistribution").And.Contain("Features: Single, batch × 512").And.Contain("ImageReadingTransformer"));
        using var session = new InferenceSession(_folder.At("model.onnx"));
        Assert.That(session.OutputMetadata.Keys, Is.SupersetOf((string[])["PredictedLabel", "Score", "OodScore", "OodConfidence", "IsOutOfDistribution"]));
    }

    [Test]
    public void SavedModel_InAProgramOfAnyone_PredictsLikeTheTool()
    {
        var ml = new MLContext();
        var model = ml.Model.Load(Model, out _);
        using var engine = ml.Model.CreatePredictionEngine<ImageRow, Verdict>(model);
        var verdict = engine.Predict(new() { ImagePath = _folder.At("test", "standing", "101.png") });
        Assert.That(verdict.PredictedLabel, Is.EqualTo("standing"));
        using var nearest = ml.Model.CreatePredictionEngine<ImageRow, Nearest>(model);
        var images = ModelParts.Of(model).OfType<NearestImagesTransformer>().Single().Images;
        Assert.That(
            nearest.Predict(new() { ImagePath = _folder.At("test", "standing", "101.png") }).NearestImages.Select(number => images[number].Label),
            Is.EqualTo(["standing", "standing", "standing"]));

        var (_, json, _) = ToolRun.Of("predict", Model, _folder.At("test", "standing", "101.png"), "--json");
        using var answer = JsonDocument.Parse(json);
        Assert.That(answer.RootElement.GetProperty("prediction").GetString(), Is.EqualTo("standing"));
        Assert.That(answer.RootElement.GetProperty("probability").GetDouble(), Is.EqualTo(verdict.Score.Max()).Within(1e-5));
        Assert.That(answer.RootElement.GetProperty("unusualness").GetDouble(), Is.EqualTo(verdict.OodConfidence).Within(1e-6));
    }

    [Test]
    public void Predict_FoldersAndFilesThatAreNoImages_EachHasItsAnswerInOrder()
    {
        string[] given = [_folder.At("test", "lying"), _folder.At("photos", "lying", "broken.png"), _folder.At("test", "standing", "100.png")];
        var (exit, json, _) = ToolRun.Of("predict", [Model, .. given, "--json"]);
        Assert.That(exit, Is.Zero);
        var answers = json.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.That(answers, Has.Length.EqualTo(12));
        Assert.That(answers[..10].Select(answer => answer.GetProperty("prediction").GetString()), Has.Exactly(9).EqualTo("lying").Or.All.EqualTo("lying"));
        Assert.That(answers[10].GetProperty("error").GetString(), Is.Not.Empty);
        Assert.That(answers[10].GetProperty("outOfDistribution").GetBoolean(), Is.True, "what cannot be read is none of the classes");
        Assert.That(answers[11].GetProperty("prediction").GetString(), Is.EqualTo("standing"));

        var (_, table, _) = ToolRun.Of("predict", [Model, .. given]);
        Assert.That(table, Does.Contain("unreadable").And.Contain("sure"));
    }

    [Test]
    public void Evaluate_SaysTheFiguresOfTheTraining()
    {
        var (exit, json, errors) = ToolRun.Of("evaluate", Model, "--test", _folder.At("test"), "--ood", $"dots={_folder.At("dots")}", "--json");
        Assert.That(exit, Is.Zero, errors);
        using var found = JsonDocument.Parse(json);
        var trained = ResultFile.Read(_folder.At("out", "result.json")).Runs.Single();
        Assert.That(found.RootElement.GetProperty("accuracy").GetDouble(), Is.EqualTo(trained.Accuracy).Within(1e-9));
        Assert.That(found.RootElement.GetProperty("falseAlarmRate").GetDouble(), Is.EqualTo(trained.FalseAlarmRate).Within(1e-9));
        Assert.That(
            found.RootElement.GetProperty("ood")[0].GetProperty("score").GetProperty("auroc").GetDouble(), Is.EqualTo(trained.Ood[0].Auroc).Within(1e-6));
    }

    [Test]
    public void Info_NamesClassesNetworkScoreAndPromise()
    {
        var (exit, text, _) = ToolRun.Of("info", Model);
        Assert.That(exit, Is.Zero);
        Assert.That(text, Does.Contain("lying, standing").And.Contain("Dense()").And.Contain("Fuse(").And.Contain("calibration rows"));
        Assert.That(text, Does.Contain("22 training images"));
    }

    [Test]
    public void Audit_PhotosInWrongFoldersAndStrangers_StandFirst()
    {
        using var folder = new TemporaryFolder().WithStripes("photos", 30).WithImages("noise.png");
        File.Move(folder.At("photos", "lying", "3.png"), folder.At("photos", "standing", "moved.png"));
        File.Move(folder.At("noise.png"), folder.At("photos", "lying", "stranger.png"));
        var (exit, text, errors) = ToolRun.Of("audit", folder.At("photos"), "--show", "7", "--output", folder.At("out"));
        Assert.That(exit, Is.Zero, errors + text);
        using var found = JsonDocument.Parse(File.ReadAllText(folder.At("out", "audit.json")));
        var first = found.RootElement.EnumerateArray().Take(4).Select(image => Path.GetFileName(image.GetProperty("image").GetString())).ToArray();
        Assert.That(first, Does.Contain("moved.png").And.Contain("stranger.png"));
        var page = File.ReadAllText(folder.At("out", "audit.html"));
        Assert.That(page.Split("<li>"), Has.Length.EqualTo(8), "as many as asked for");
        Assert.That(page, Does.Contain("data:image/jpeg;base64,").And.Contain("moved.png"));
    }

    [Test]
    public void Audit_OneClass_SaysWhatItNeeds()
    {
        using var folder = new TemporaryFolder().WithImages([.. Enumerable.Range(0, 12).Select(i => $"photos/only/{i}.png")]);
        var (exit, _, errors) = ToolRun.Of("audit", folder.At("photos"), "--output", folder.At("out"));
        Assert.That(exit, Is.EqualTo(1));
        Assert.That(errors, Does.Contain("at least 2 classes"));
    }

    [Test]
    public void Audit_ClassOfFewImages_NamesIt()
    {
        using var folder = new TemporaryFolder().WithStripes("photos", 12).WithImages("photos/rare/1.png");
        var (exit, _, errors) = ToolRun.Of("audit", folder.At("photos"), "--output", folder.At("out"));
        Assert.That(exit, Is.EqualTo(1));
        Assert.That(errors, Does.Contain("rare (1)"));
    }

    [TestCase("--features", "pretraind", "Did you mean 'pretrained'?")]
    [TestCase("--false-alarm-rate", "0.001", "could be held out")]
    [TestCase("--keep-images", "-1", "give a number from 0 to 10,000")]
    [TestCase("--test", "nowhere", "there is no such file or folder")]
    public void Train_OptionThatCannotBe_SaysWhatToDo(string option, string value, string expected)
    {
        var (exit, _, errors) = ToolRun.Of(
            "train", _folder.At("photos"), "--ood", $"dots={_folder.At("dots")}", option, value, "--output", _folder.At("other"));
        Assert.That(exit, Is.EqualTo(1));
        Assert.That(errors, Does.Contain(expected));
    }

    // 12 photos, of which a tenth is tested on; of so few no rate would do.
    [Test]
    public void Train_SixPhotosOfEachClass_SaysHowManyAreNeeded()
    {
        using var folder = new TemporaryFolder().WithStripes("photos", 6);
        var (exit, _, errors) = ToolRun.Of("train", folder.At("photos"), "--ood", $"dots={_folder.At("dots")}", "--output", folder.At("out"));
        Assert.That(exit, Is.EqualTo(1));
        Assert.That(errors.ReplaceLineEndings(" "), Does.Contain("of 10 images that are not tested on 2 could be held out, and 19 are needed")
            .And.Contain("Give 76 beside those to test on."));
        Assert.That(File.Exists(folder.At("out", "model.zip")), Is.False);
    }

    [Test]
    public void Predict_FileThatIsNoModel_IsNamed()
    {
        var (exit, _, errors) = ToolRun.Of("predict", _folder.At("test", "lying", "100.png"), _folder.At("test", "lying", "100.png"));
        Assert.That(exit, Is.EqualTo(1));
        Assert.That(errors, Does.Contain("100.png"));
    }

    [Test]
    public void Predict_OnlyImagesThatCannotBeRead_AnswersAsBesideOthers()
    {
        var broken = _folder.At("photos", "lying", "broken.png");
        var (exit, json, errors) = ToolRun.Of("predict", Model, broken, broken, "--json");
        Assert.That(exit, Is.Zero, errors);
        var answers = json.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.That(answers, Has.Length.EqualTo(2), "the same file twice has two answers");
        Assert.That(answers.Select(answer => answer.GetProperty("outOfDistribution").GetBoolean()), Is.All.True);
    }

    [Test]
    public void Predict_FolderWithOtherFiles_SaysWhatWasLeftOut()
    {
        using var folder = new TemporaryFolder().WithImages("some/1.png");
        folder.Write("some/notes.heic", [1, 2, 3]);
        var (exit, _, errors) = ToolRun.Of("predict", Model, folder.At("some"), "--json");
        Assert.That(exit, Is.Zero);
        Assert.That(errors, Does.Contain(".heic"));
    }

    [Test]
    public void Train_CopiesOfTrainingImagesAmongTheTestImages_AreLeftOutAndSaid()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("test", "lying"));
        Directory.CreateDirectory(folder.At("test", "standing"));
        File.Copy(_folder.At("photos", "lying", "0.png"), folder.At("test", "lying", "copy.png"));
        File.Copy(_folder.At("photos", "standing", "0.png"), folder.At("test", "standing", "copy.png"));
        var (exit, _, errors) = ToolRun.Of(
            "train", _folder.At("photos"), "--test", folder.At("test"), "--ood", $"dots={_folder.At("dots")}", "--output", folder.At("out"));
        Assert.That(exit, Is.EqualTo(1));
        Assert.That(errors, Does.Contain("are copies of others").And.Contain("every test image is a copy"));
    }

    [Test]
    public void Train_SoFewPhotosThatRanksAndDecisionShareThem_SaysSo()
    {
        var (exit, _, errors) = ToolRun.Of("train", _folder.At("photos"), "--test", _folder.At("test"), "--ood", $"dots={_folder.At("dots")}",
            "--false-alarm-rate", "0.07", "--output", _folder.At("out"));
        Assert.That(exit, Is.Zero, errors);
        Assert.That(errors, Does.Contain("20 images are held out, fewer than 24").And.Contain("nearly, not exactly"));
    }

    [Test]
    public void Train_ThatFails_LeavesTheModelOfAnEarlierOne()
    {
        var before = File.ReadAllBytes(Model);
        var (exit, _, _) = ToolRun.Of("train", _folder.At("photos"), "--false-alarm-rate", "0.001", "--output", _folder.At("out"));
        Assert.That(exit, Is.EqualTo(1));
        Assert.That(File.ReadAllBytes(Model), Is.EqualTo(before));
    }

    private sealed class Nearest
    {
        public int[] NearestImages { get; set; } = [];
    }
}
