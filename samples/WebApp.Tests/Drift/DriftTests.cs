using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using WebApp.Tests.Support;

namespace WebApp.Tests.Drift;

internal sealed class DriftTests
{
    [Test]
    public async Task Drift_KnownImagesThenStrangers_IsNoticedAndResettable()
    {
        await using var app = await RunningApp.Start("--WebApp:RequestsPerMinute=0");
        await Send(app, i => TinyModel.Known(i % 2 == 0 ? "dark" : "light", 5_000 + i), 60);
        var quiet = await app.Client.GetAsync("/drift").Ok();
        Assert.That((quiet.Flag("alarm"), quiet.Number("imagesSeen"), quiet.Text("since")), Is.EqualTo((false, 60.0, (string?)null)));
        Assert.That(quiet.Number("falseAlarmRate"), Is.InRange(1e-6, 0.05));

        await Send(app, TinyModel.Stranger, 60);
        var changed = await app.Client.GetAsync("/drift").Ok();
        Assert.That(changed.Flag("alarm"), Is.True, changed.ToString());
        Assert.That(changed.GetProperty("since").GetDateTimeOffset(), Is.GreaterThanOrEqualTo(changed.GetProperty("startedAt").GetDateTimeOffset()));
        Assert.That(changed.Text("message"), Does.StartWith("Your images have changed."));
        Assert.That(await app.Client.GetStringAsync("/metrics"), Does.Match(@"webapp_drift_alarm\{[^}]*\} 1\b"));

        var reset = await app.Client.PostAsync("/drift/reset", null).Ok();
        Assert.That((reset.Flag("alarm"), reset.Number("imagesSeen")), Is.EqualTo((false, 0.0)));
    }

    [Test]
    public async Task Drift_KeptInAFile_GoesOnAfterARestart()
    {
        using var folder = new TemporaryFolder();
        string[] settings = ["--WebApp:RequestsPerMinute=0", $"--WebApp:DriftFile={folder.At("kept", "drift.json")}"];
        JsonElement before;
        await using (var app = await RunningApp.Start(settings))
        {
            await Send(app, i => TinyModel.Known("dark", 5_000 + i), 20);
            await Send(app, TinyModel.Stranger, 60);
            before = await app.Client.GetAsync("/drift").Ok();
        }
        Assert.That((before.Flag("alarm"), before.Number("imagesSeen")), Is.EqualTo((true, 80.0)));
        await using (var app = await RunningApp.Start(settings))
            Assert.That((await app.Client.GetAsync("/drift").Ok()).GetRawText(), Is.EqualTo(before.GetRawText()));
        await using (var app = await RunningApp.Start([.. settings, "--model", TinyModel.OtherPath]))
            Assert.That((await app.Client.GetAsync("/drift").Ok()).Number("imagesSeen"), Is.Zero, "another model's p-values");
    }

    [TestCase("\"ModelVersion\":", "")]
    [TestCase("\"Evidence\":[", "\"Evidence\":[-1,")]
    [TestCase("\"Test\":{", "\"Test\":null,\"Other\":{")]
    [TestCase("\"Places\":[[", "\"Places\":[[0,")]
    [TestCase("\"OverImages\":", "\"OverImages\":1")]
    [TestCase("\"ImagesSeen\":", "\"ImagesSeen\":-")]
    [TestCase("\"Since\":null", "\"Since\":\"2030-01-01T00:00:00Z\"")]
    public async Task Drift_KeptFileThatCannotBeUsed_BeginsAnewAndSaysSo(string old, string replacement)
    {
        using var folder = new TemporaryFolder();
        string[] settings = ["--WebApp:RequestsPerMinute=0", $"--WebApp:DriftFile={folder.At("drift.json")}"];
        await using (var app = await RunningApp.Start(settings))
            await Send(app, i => TinyModel.Known("dark", 5_000 + i), 20);
        var kept = await File.ReadAllTextAsync(folder.At("drift.json"));
        Assert.That(kept, Does.Contain("\"ImagesSeen\":20"));
        Assert.That(kept, Does.Contain(old));
        folder.Write("drift.json", Encoding.UTF8.GetBytes(kept.Replace(old, replacement, StringComparison.Ordinal)));
        using var log = new KeptLog(LogLevel.Warning);
        await using (var app = await RunningApp.StartLogged(log, settings))
            Assert.That((await app.Client.GetAsync("/drift").Ok()).Number("imagesSeen"), Is.Zero);
        Assert.That(log.Messages, Has.One.StartsWith("The drift test begins anew, as what was kept of it cannot be used: "));
    }

    [Test]
    public async Task Drift_FileThatCannotBeWritten_IsToldOnceAndTheAppGoesOn()
    {
        using var folder = new TemporaryFolder();
        folder.Write("in-the-way", []);
        using var log = new KeptLog(LogLevel.Warning);
        await using (var app = await RunningApp.StartLogged(
            log, "--WebApp:RequestsPerMinute=0", $"--WebApp:DriftFile={folder.At("in-the-way", "drift.json")}", "--WebApp:DriftFileSeconds=0.02"))
        {
            for (var i = 0; i < 5; i++)
            {
                await Send(app, _ => TinyModel.Known("dark"), 1);
                await Task.Delay(60);
            }
            Assert.That((await app.Client.GetAsync("/drift").Ok()).Number("imagesSeen"), Is.EqualTo(5));
        }
        Assert.That(log.Messages, Has.One.StartsWith("The drift test cannot be kept, and would begin anew after a restart: "));
    }

    [Test]
    public async Task Drift_FileWithoutAName_IsNone()
    {
        await using var app = await RunningApp.Start("--WebApp:DriftFile=", "--WebApp:DriftFileSeconds=0.02");
        await Send(app, _ => TinyModel.Known("dark"), 1);
        await Task.Delay(100);
        Assert.That((await app.Client.GetAsync("/drift").Ok()).Number("imagesSeen"), Is.EqualTo(1));
    }

    private static async Task Send(RunningApp app, Func<int, byte[]> image, int count)
    {
        foreach (var part in Enumerable.Range(0, count).Chunk(20))
            await app.Predict([.. part.Select(i => ($"{i}.png", image(i)))]).Ok();
    }
}
