using Microsoft.ML;
using Microsoft.ML.LogitNorm;
using Shared.CommandLine;
using Shared.Images;

namespace CompareScores.Tests;

public sealed class OptionTests
{
    [TestCase("model.zip", "model", "model.zip")]
    [TestCase("out/model-cross-entropy.zip", "model-cross-entropy", "out/model-cross-entropy.zip")]
    [TestCase("LogitNorm=a/model.zip", "LogitNorm", "a/model.zip")]
    [TestCase("a=b=c.zip", "a", "b=c.zip")]
    public void Model_Parse_GivesNameAndPath(string value, string name, string path)
        => Assert.That(ModelOption.Parse(value), Is.EqualTo(new ModelOption(name, path)));

    [TestCase("")]
    [TestCase("=model.zip")]
    [TestCase("name=")]
    public void Model_ParseInvalid_SaysWhatIsExpected(string value)
        => Assert.That(() => ModelOption.Parse(value), Throws.TypeOf<InputException>().With.Message.Contains("NAME=PATH"));

    // Both would be written to the same file names.
    [TestCase("a/model.zip", "b/model.zip")]
    [TestCase("τ 0=1.zip", "τ_0=2.zip")]
    public void Model_ParseAllOfTheSameName_AsksForNames(string first, string second)
        => Assert.That(() => ModelOption.ParseAll([first, second]), Throws.TypeOf<InputException>().With.Message.Contains("Give each its own name"));

    [Test]
    public void Scores_Find_TakesNamesAsPeopleWriteThem()
        => Assert.That(ScoreNames.Find(["max-softmax, Energy", "ENERGY"])!.Select(score => score.Name), Is.EqualTo(new[] { "MaxSoftmax", "Energy" }));

    [Test]
    public void Scores_FindAllAndTwoInOne_AreThese()
        => Assert.That(
            ScoreNames.Find(["all,max-softmax+gradnorm"]),
            Is.EqualTo(OodScores.All.Append(OodScores.Fuse(OodScores.MaxSoftmax(), OodScores.GradNorm()))));

    [Test]
    public void Scores_FindNone_IsAll() => Assert.That(ScoreNames.Find([]), Is.Null);

    [Test]
    public void Scores_FindUnknown_ListsAll()
        => Assert.That(
            () => ScoreNames.Find(["Enrgy"]),
            Throws.TypeOf<InputException>().With.Message.StartsWith("--scores Enrgy").And.Message.Contains("MaxSoftmax, MaxLogit, Energy"));

    [Test]
    public void QuickStartOutput_Nothing_SaysWhatToRunFirst()
    {
        using var folder = new TemporaryFolder();
        var settings = new Settings { Models = [new("x", folder.At("x.zip"))], Ood = [], Output = folder.Root, CommandLine = "" };
        Assert.Multiple(() =>
        {
            Assert.That(() => QuickStartOutput.FillIn(settings), Throws.TypeOf<InputException>().With.Message.Contains("x.zip: there is no such file"));
            folder.Write("x.zip", [1]);
            Assert.That(() => QuickStartOutput.FillIn(settings), Throws.TypeOf<InputException>().With.Message.StartsWith("--test is missing"));
            Assert.That(
                () => QuickStartOutput.FillIn(settings with { Models = [] }),
                Throws.TypeOf<InputException>().With.Message.Contains("--project samples/QuickStart"));
        });
    }

    [TestCase(new byte[] { 1, 2, 3 }, TestName = "LoadedModel_NoModelFile_NamesTheFile")]
    [TestCase(new byte[0], TestName = "LoadedModel_EmptyFile_NamesTheFile")]
    public void LoadedModel_OtherContent(byte[] content)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("x.zip", content);
        Assert.That(
            () => LoadedModel.Load(new MLContext(), new("x", path)),
            Throws.TypeOf<InputException>().With.Message.StartsWith($"--model {path}: this file holds no model"));
    }

    [Test]
    public void LoadedModel_OfOtherColumns_SaysWhatAModelNeeds()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext();
        var rows = ml.Data.LoadFromEnumerable(new[] { new { Number = 1f } });
        ml.Model.Save(ml.Transforms.CopyColumns("Copy", "Number").Fit(rows), rows.Schema, folder.At("x.zip"));
        Assert.That(
            () => LoadedModel.Load(ml, new("x", folder.At("x.zip"))),
            Throws.TypeOf<InputException>().With.Message.Contains("does not take image files").And.Message.Contains("QuickStart"));
    }

    [Test]
    public void LoadedModel_WithoutNetwork_SaysWhatAModelNeeds()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext();
        var rows = ml.Data.LoadFromEnumerable(new[] { new ImageRow() });
        ml.Model.Save(ml.Transforms.CopyColumns("Copy", "Label").Fit(rows), rows.Schema, folder.At("x.zip"));
        Assert.That(() => LoadedModel.Load(ml, new("x", folder.At("x.zip"))), Throws.TypeOf<InputException>().With.Message.Contains("gives no Logits"));
    }

    [Test]
    public void LoadedModel_OfImages_KnowsClassesAndSize()
    {
        using var model = LoadedModel.Load(new MLContext(), new("tiny", TinyModel.Model));
        Assert.Multiple(() =>
        {
            Assert.That(model.Classes, Is.EqualTo(new[] { "dark", "light" }));
            Assert.That(model.ImageSize, Is.EqualTo(8));
        });
    }
}
