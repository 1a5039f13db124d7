using System.Globalization;

namespace Snippets.Tests;

/// <summary>The programs, on small painted images, in a folder of their own: that is where they read and write.</summary>
[NonParallelizable]
public sealed class ProgramTests
{
    private string _before = "", _folder = "", _ownImages = "";

    [OneTimeSetUp]
    public void Paint()
    {
        (_before, _folder) = (Environment.CurrentDirectory, Directory.CreateTempSubdirectory("snippets-").FullName);
        Environment.CurrentDirectory = _folder;
        PaintedImages.Write();
        _ownImages = Printed("own-images");   // the others begin with its model
    }

    [OneTimeTearDown]
    public void Delete()
    {
        Environment.CurrentDirectory = _before;
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void OwnImages_TellsPromiseVerdictAndFigures()
        => Assert.That(
            _ownImages,
            Does.Contain("none of the things I know").And.Contain("AUROC 100").And.Contain("| NearestNeighbours").And.Contain("calibration error"));

    [Test]
    public void Table_HeavierOnes_AreStranger()
    {
        double[] figures = [.. Printed("table").Split(' ', ',', '\n')
            .Select(word => double.TryParse(word, CultureInfo.InvariantCulture, out var value) ? value : double.NaN).Where(double.IsFinite)];
        Assert.That(figures, Has.Length.EqualTo(2));
        Assert.That(figures[1], Is.GreaterThan(figures[0]));
    }

    [Test]
    public void OwnScore_BothFindTheStrangers()
        => Assert.That(
            Printed("own-score"),
            Does.Contain("| Imbalance ").And.Contain("Mahalanobis: false alarms").And.Match("Imbalance: false alarms .*, found 100"));

    [Test]
    public void Cameras_EachHasAModelOfItsOwn()
    {
        Assert.That(Printed("cameras"), Does.Contain("door: false alarms").And.Contain("yard: false alarms"));
        Assert.That(Directory.EnumerateFiles("cameras", "*.zip").Count(), Is.EqualTo(2));
    }

    [Test]
    public void Watching_OnlyTheWeekWithStrangers_RaisesTheAlarm()
    {
        var weeks = Printed("watching").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(weeks, Has.Length.EqualTo(4));
        Assert.That(weeks[..3], Has.None.Contains("have changed"));
        Assert.That(weeks[3], Does.Contain("have changed"));
    }

    [Test]
    public void ActiveLearning_StrangersComeFirst()
    {
        Assert.That(Printed("active-learning"), Does.Contain("unusual.html"));
        var page = File.ReadAllText("unusual.html").Split("<figure").Skip(1).ToArray();
        Assert.That(page, Has.Length.EqualTo(24));
        Assert.That(page[..5], Has.All.Contains("dots-"));
    }

    [Test]
    public void NearestImages_AreNamedAndKept()
    {
        var lines = Printed("nearest-images").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(3).And.All.Match(@"^like training image \d+, a [\w-]+: -?[01]\.\d\d"));
        Assert.That(File.ReadAllBytes("nearest.png")[1..4], Is.EqualTo("PNG"u8.ToArray()));
    }

    [Test]
    public void PretrainedFeatures_ModelInOneFile_TellsStrangers()
    {
        File.Move("model.zip", "own-images.zip");   // it writes one of that name too
        try
        {
            Assert.That(Printed("pretrained-features"), Does.Contain("none of the things I know"));
            Assert.That(File.Exists("model.zip"));
        }
        finally
        {
            File.Move("own-images.zip", "model.zip", overwrite: true);
        }
    }

    private static string Printed(string name)
    {
        var output = Console.Out;
        using var text = new StringWriter();
        Console.SetOut(text);
        try
        {
            Programs.All[name]();
            return text.ToString();
        }
        finally
        {
            Console.SetOut(output);
        }
    }
}
