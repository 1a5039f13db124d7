using Microsoft.Extensions.DependencyInjection;
using WebApp.Engines;
using WebApp.Tests.Support;

namespace WebApp.Tests.Engines;

/// <summary>The model file changes while the application runs. Each look at the file is the test's, so that no clock decides.</summary>
internal sealed class ModelSwapTests
{
    private TemporaryFolder _folder = null!;
    private RunningApp _app = null!;
    private string _path = "";
    private DateTime _written = DateTime.UtcNow;

    [OneTimeSetUp]
    public async Task Start()
    {
        _folder = new();
        _path = _folder.At("model.zip");
        File.Copy(TinyModel.Path, _path);
        _app = await RunningApp.Start("--model", _path, "--WebApp:PollSeconds=3600", "--WebApp:SettleSeconds=0", "--WebApp:RequestsPerMinute=0");
    }

    [SetUp]
    public void PutBack()
    {
        Replace(File.ReadAllBytes(TinyModel.Path), moved: true);
        Look();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private ModelHost Host => _app.App.Services.GetRequiredService<ModelHost>();

    [Test]
    public async Task File_Replaced_IsServedAndTheOldModelGoes([Values] bool moved)
    {
        var before = Host.Current!;
        Replace(File.ReadAllBytes(TinyModel.OtherPath), moved);
        Look();

        Assert.That(Host.Current!.Card.Version, Is.Not.EqualTo(before.Card.Version).And.EqualTo(ModelLoader.Version(File.ReadAllBytes(TinyModel.OtherPath))));
        Assert.That(before.IsDisposed, Is.True);
        Assert.That((await _app.Predict(("dark.png", TinyModel.Known("dark"))).Ok()).Text("modelVersion"), Is.EqualTo(Host.Current.Card.Version));
        Assert.That(await Metric("webapp_model_loads_total{", "outcome=\"served\""), Is.GreaterThanOrEqualTo(2));
    }

    [Test]
    public void File_ReplacedWhileAnEngineWorks_KeepsTheOldModelUntilItIsDone()
    {
        var before = Host.Current!;
        using (var lease = Host.Rent())
        {
            Replace(File.ReadAllBytes(TinyModel.OtherPath), moved: true);
            Look();
            Assert.That(Host.Current, Is.Not.SameAs(before));
            Assert.That(before.IsDisposed, Is.False);
            Assert.That(lease.Predict(TinyModel.Known("light")).Score, Has.Length.EqualTo(2));
        }
        Assert.That(before.IsDisposed, Is.True);
        Assert.That(before.TryRent(), Is.Null);
    }

    private static IEnumerable<TestCaseData> Bad()
    {
        yield return Case("no zip", _ => "no model"u8.ToArray(), "cannot be served");
        yield return Case("half", good => good[..(good.Length / 2)], "cannot be served");
        yield return Case("damaged", good => [.. good.Select((value, i) => i == good.Length / 3 ? (byte)(value ^ 0xFF) : value)], "cannot be served");
        yield return Case("empty", _ => [], "cannot be served");
        yield return Case("without a decision", _ => OtherModels.WithoutDecision(),
            "The model gives no OodConfidence, no IsOutOfDistribution. Serve a model of QuickStart");
        yield return Case("with two sets of images", _ => OtherModels.WithImagesTwice(), "It has 2 NearestImages, and one at most is expected");
        yield return Case("of vectors", _ => OtherModels.OfVectors(), "The model has no ReadImages, and one is expected: it would take no bytes.");

        static TestCaseData Case(string name, Func<byte[], byte[]> file, string problem) => new TestCaseData(file, problem).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Bad))]
    public async Task File_Bad_LeavesTheOldModelServingAndSaysSo(Func<byte[], byte[]> file, string problem)
    {
        var before = Host.Current!;
        Replace(file(File.ReadAllBytes(TinyModel.OtherPath)), moved: true);
        Look();

        Assert.That(Host.Current, Is.SameAs(before));
        var model = await _app.Client.GetAsync("/model").Ok();
        Assert.That(model.GetProperty("lastError").Text("message"), Does.StartWith("model.zip").And.Contains(problem));
        Assert.That(await Metric("webapp_model_loads_total{", "outcome=\"refused\""), Is.GreaterThanOrEqualTo(1));
        await _app.Predict(("dark.png", TinyModel.Known("dark"))).Ok();

        Replace(File.ReadAllBytes(TinyModel.Path), moved: true);
        Look();
        Assert.That(Host.Current, Is.SameAs(before), "the good file is back");
        Assert.That(Host.LastError, Is.Null);
    }

    [Test]
    public void File_Gone_LeavesTheOldModelServing()
    {
        var before = Host.Current!;
        File.Delete(_path);
        Look();
        Assert.That(Host.Current, Is.SameAs(before));
    }

    [Test]
    public async Task File_ReplacedAgainAndAgainUnderLoad_NoPredictionFails()
    {
        using var stop = new CancellationTokenSource();
        var versions = new HashSet<string>();
        var clients = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var answer = await _app.Predict(("dark.png", TinyModel.Known("dark"))).Ok();
                Assert.That(answer.Results().Single().Text("predictedClass"), Is.EqualTo("dark"));
                lock (versions)
                    versions.Add(answer.Text("modelVersion")!);
            }
        })).ToArray();
        var models = new List<ServedModel>();
        for (var i = 0; i < 6; i++)
        {
            models.Add(Host.Current!);
            Replace(File.ReadAllBytes(i % 2 == 0 ? TinyModel.OtherPath : TinyModel.Path), moved: i % 3 == 0);
            Look();
        }
        await stop.CancelAsync();
        await Task.WhenAll(clients);

        Assert.That(versions, Is.Not.Empty);
        Assert.That(models.Distinct().ToArray(), Has.Length.EqualTo(6).And.All.Property(nameof(ServedModel.IsDisposed)).True);
    }

    private void Look() => _app.App.Services.GetRequiredService<ModelFile>().Follow(_path);

    // Files that are written within one tick of the file system's clock look alike: a time of its own for each.
    private void Replace(byte[] file, bool moved)
    {
        _written = _written.AddSeconds(1);
        var target = moved ? _folder.At("next.zip") : _path;
        File.WriteAllBytes(target, file);
        File.SetLastWriteTimeUtc(target, _written);
        if (moved)
            File.Move(target, _path, overwrite: true);
    }

    private async Task<double> Metric(string name, string label)
    {
        var text = await _app.Client.GetStringAsync("/metrics");
        var line = text.Split('\n').First(line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
