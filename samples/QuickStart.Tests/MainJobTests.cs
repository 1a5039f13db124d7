using System.CommandLine;
using Microsoft.ML;
using QuickStart.Report;
using Shared.Images;
using SkiaSharp;

namespace QuickStart.Tests;

/// <summary>The program as a user starts it, on few and tiny images.</summary>
public sealed class MainJobTests
{
    [Test]
    public async Task PaintedSigns_WriteAllFilesAndAModelThatPredicts()
    {
        using var folder = new TemporaryFolder();
        var exit = await Run("--limit", "20", "--epochs", "1", "--output", folder.At("out"));
        Assert.That(exit, Is.Zero);
        MainJobOutput.Check(folder.At("out"), sets: ["near", "far-textures", "far-noise"]);
    }

    [Test]
    public async Task OwnImages_WithMuchThatCannotBeRead_IsLeftOutByNameAndTheRunGoesOn()
    {
        using var folder = new TemporaryFolder();
        foreach (var label in new[] { "cat", "dog" })
            folder.WithImages([.. Enumerable.Range(0, 100).Select(i => $"photos/{label}/{i}.png")]);
        folder.Write("photos/cat/broken.png", [1, 2, 3]);
        folder.Write("photos/cat/notes.txt", [1, 2, 3]);
        if (!OperatingSystem.IsWindows())
        {
            UnixFiles.MakePipe(folder.At("photos", "dog", "pipe.png"));
            Directory.CreateSymbolicLink(folder.At("photos", "dog", "self"), ".");
        }
        // The limit keeps all photos, and as many of each set of noise.
        var exit = await Run(
            "--data", folder.At("photos"), "--epochs", "1", "--limit", "101", "--image-size", "8", "--backbone", "wrn-10-1", "--output", folder.At("out"));
        Assert.That(exit, Is.Zero);
        MainJobOutput.Check(folder.At("out"), sets: ["gaussian-noise", "uniform-noise"]);
        var result = ResultFile.Read(folder.At("out", "result.json"));
        Assert.That(result.TrainRows + result.CalibrationRows + result.TestRows, Is.EqualTo(200));
        Assert.That(File.ReadAllLines(folder.At("out", "unreadable.txt")).Single(), Does.Contain("broken.png"));
        string[] leftOut = ["notes.txt", .. OperatingSystem.IsWindows() ? Array.Empty<string>() : ["pipe.png", "self"]];
        Assert.That(File.ReadAllLines(folder.At("out", "left-out.txt")).Where(line => line.StartsWith(' ')).Select(Path.GetFileName), Is.EqualTo(leftOut));
    }

    [Test]
    public async Task OwnImages_AllUnreadable_ExitsWithOne()
    {
        using var folder = new TemporaryFolder();
        folder.Write("photos/cat/1.png", [1]);
        folder.Write("photos/dog/1.png", [2]);
        Assert.That(await Run("--data", folder.At("photos"), "--output", folder.At("out")), Is.EqualTo(1));
    }

    [TestCase("--backbone", "vgg")]
    [TestCase("--backbone", "wrn-11-1")]
    [TestCase("--limit", "-1")]
    [TestCase("--cutout", "-1")]
    [TestCase("--false-alarm-rate", "0")]
    [TestCase("--tau", "0")]
    [TestCase("--device", "tpu")]
    [TestCase("--false-alarm-rate", "1.5")]
    [TestCase("--ood", "nowhere=/no/such/folder")]
    [TestCase("--data", "/no/such/folder")]
    public async Task BadOption_ExitsWithOneBeforeTraining(string option, string value)
    {
        // So many epochs never end: a run that went on to train would be stopped, and exit with 130.
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        Assert.That(await Run([option, value, "--epochs", "1000000", "--output", folder.At("out")], stop.Token), Is.EqualTo(1));
    }

    [TestCase("--epochs", "0")]
    [TestCase("--limit", "2")]   // 16 calibration images: too few for 5 %
    public async Task TooFewEpochsOrImages_ExitsWithOne(string option, string value)
    {
        using var folder = new TemporaryFolder();
        Assert.That(await Run(option, value, "--output", folder.At("out")), Is.EqualTo(1));
    }

    [Test]
    public async Task Cancelled_ExitsWith130()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var run = Run(["--limit", "20", "--epochs", "100000", "--output", folder.At("out")], stop.Token);
        while (!Directory.Exists(folder.At("out", "pictures")) && !run.IsCompleted)   // once they are painted the training begins
            await Task.Delay(20);
        stop.CancelAfter(TimeSpan.FromSeconds(1));
        Assert.That(await run, Is.EqualTo(130));
    }

    [TestCase("WideResNet(16,1)", "WideResNet(16, 1, 0)")]
    [TestCase("wrn-40-2", "WideResNet(40, 2, 0)")]
    [TestCase("resnet18", "ResNet18")]
    [TestCase("WideResNet(16, 1, 0)", "WideResNet(16, 1, 0)")]
    [TestCase("WideResNet(40, 2, 0.3)", "WideResNet(40, 2)")]
    [TestCase("ResNet18()", "ResNet18")]
    [TestCase("DenseNet(100, 12)", "DenseNet(100, 12)")]
    public void Backbone_AsPeopleWriteIt(string text, string expected)
        => Assert.That(BackboneName.Parse(text).ToString(), Is.EqualTo(expected).Or.EqualTo(expected + "()"));

    private static Task<int> Run(params string[] arguments) => Run(arguments, CancellationToken.None);

    private static Task<int> Run(string[] arguments, CancellationToken cancellation)
        => QuickStartCommand.Create().Parse(arguments).InvokeAsync(new InvocationConfiguration(), cancellation);
}

/// <summary>What a finished run leaves behind.</summary>
public sealed class MainJobOutput
{
    /// <summary>Checks the output of a run that was made outside the tests, as the continuous integration does.</summary>
    [Test]
    [Category("MainJob")]
    public void OutputFolder_FromEnvironment_IsComplete()
    {
        if (Environment.GetEnvironmentVariable("QUICKSTART_OUTPUT") is not { Length: > 0 } folder)
        {
            Assert.Ignore("Set QUICKSTART_OUTPUT to the --output folder of a run to have it checked.");
            return;
        }
        Check(folder, sets: ["near", "far-textures", "far-noise"]);
    }

    internal static void Check(string folder, string[] sets)
    {
        var result = ResultFile.Read(Path.Combine(folder, "result.json"));
        Assert.That(result.Runs.Select(run => run.Loss), Is.EqualTo(new[] { "CrossEntropy", "LogitNorm" }));
        foreach (var run in result.Runs)
        {
            Assert.That(run.Ood.Select(set => set.Name), Is.EqualTo(sets));
            Assert.That(run.Softmax.Select(set => (set.Name, set.Rows)), Is.EqualTo(run.Ood.Select(set => (set.Name, set.Rows))));
            Assert.That(run.Softmax, Is.Not.EqualTo(run.Ood), "two scores give two results");
            Assert.That(run.Score, Is.EqualTo("Fuse(MaxSoftmax, RelativeLayerGaussian, LayerGaussian)"));
            double[] shares =
            [
                run.Accuracy,
                run.FalseAlarmRate,
                .. run.Ood.Concat(run.Softmax).SelectMany(set => new[] { set.FprAt95Tpr, set.Auroc, set.AuprIn, set.AuprOut }),
            ];
            Assert.That(shares, Is.All.InRange(0.0, 1.0));
            Assert.That(run.TrainSeconds, Is.Positive);
            Assert.That(run.Ood.Select(set => set.Rows), Is.All.Positive);
        }
        foreach (var picture in new[] { "scores.png", "verdicts.png" })
        {
            using var bitmap = SKBitmap.Decode(Path.Combine(folder, picture));
            Assert.That(bitmap, Is.Not.Null, picture);
        }
        Assert.That(File.ReadAllText(Path.Combine(folder, "scores.svg")), Does.Contain("</svg>"));

        var ml = new MLContext();
        Assert.That(ml.Model.Load(Path.Combine(folder, "model-cross-entropy.zip"), out _), Is.Not.Null);
        var model = ml.Model.Load(Path.Combine(folder, "model.zip"), out _);
        using var engine = ml.Model.CreatePredictionEngine<ImageRow, Verdict>(model);
        var image = Directory.EnumerateFiles(folder, "*.png", SearchOption.AllDirectories).First(path => Path.GetDirectoryName(path) != folder);
        var verdict = engine.Predict(new ImageRow { ImagePath = image });
        Assert.That(verdict.Score.Sum(), Is.EqualTo(1).Within(1e-4));
        Assert.That(verdict.PredictedLabel, Is.Not.Empty);
        Assert.That(verdict.OodConfidence, Is.InRange(0f, 1f));
        Assert.That(verdict.OodScore, Is.GreaterThanOrEqualTo(0), "Fisher's sum");
    }
}
