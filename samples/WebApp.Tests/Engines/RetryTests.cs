using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using WebApp.Engines;
using WebApp.Tests.Support;

namespace WebApp.Tests.Engines;

/// <summary>Model files that are refused for what may pass. Two files of one length and time stand for one that is read in better times.</summary>
internal sealed class RetryTests
{
    private static readonly DateTime _written = new(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [TestCase("0", true)]
    [TestCase("60", false)]
    public async Task File_Refused_IsTriedAgainAfterAWhile(string seconds, bool again)
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("model.zip");
        File.Copy(TinyModel.Path, path);
        await using var app = await RunningApp.Start(
            "--model", path, "--WebApp:PollSeconds=3600", "--WebApp:SettleSeconds=0", $"--WebApp:RetrySeconds={seconds}");
        var host = app.App.Services.GetRequiredService<ModelHost>();
        var (before, good) = (host.Current, await File.ReadAllBytesAsync(TinyModel.OtherPath));

        Look(new byte[good.Length]);
        var failure = host.LastError;
        Assert.That(failure?.Message, Does.StartWith("model.zip cannot be served"));
        Look(new byte[good.Length]);
        Assert.That(host.LastError, Is.SameAs(failure), "what is wrong is said once");

        Look(good);
        Assert.That(host.Current == before, Is.EqualTo(!again));
        Assert.That(host.LastError, again ? Is.Null : Is.SameAs(failure));

        void Look(byte[] bytes)
        {
            File.WriteAllBytes(path, bytes);
            File.SetLastWriteTimeUtc(path, _written);
            app.App.Services.GetRequiredService<ModelFile>().Follow(path);
        }
    }

    [Test]
    public async Task FirstModel_ThatCannotBeMade_IsTriedAgain()
    {
        await WithoutAPlace("0.2", async (app, folder) =>
        {
            File.Delete(folder.At("artifacts"));
            await Until(() => Directory.Exists(folder.At("artifacts", "webapp", "pictures")));   // being made; what is made of them takes longer
            Assert.That(await app.Predict(("dark.png", TinyModel.Known("dark"))).Problem(HttpStatusCode.ServiceUnavailable), Does.Not.Contain("cannot be made"));
        });
    }

    [Test]
    public async Task FirstModel_ThatCannotBeMade_IsServedOnceSomebodyPutsOneThere()
    {
        await WithoutAPlace("3600", async (app, folder) =>
        {
            File.Delete(folder.At("artifacts"));
            Directory.CreateDirectory(folder.At("artifacts", "webapp"));
            File.Copy(TinyModel.Path, folder.At("artifacts", "webapp", "model.zip"));
            await Until(() => app.App.Services.GetRequiredService<ModelHost>().Current is not null);
            await app.Predict(("dark.png", TinyModel.Known("dark"))).Ok();
        });
    }

    // In a folder where no model can be made: a file is in the way of the folder that it would lie in.
    private static async Task WithoutAPlace(string retrySeconds, Func<RunningApp, TemporaryFolder, Task> then)
    {
        using var folder = new TemporaryFolder();
        folder.Write("artifacts", []);
        var before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = folder.Root;
        try
        {
            await using var app = await RunningApp.StartWithoutModel(
                "--WebApp:PollSeconds=0.05", "--WebApp:SettleSeconds=0", $"--WebApp:RetrySeconds={retrySeconds}");
            var host = app.App.Services.GetRequiredService<ModelHost>();
            await Until(() => host.LastError is not null);
            Assert.That(host.LastError!.Message, Does.StartWith("The small model cannot be made: ").And.Contain("artifacts"));
            await then(app, folder);
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
    }

    private static async Task Until(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(30)));
            await Task.Delay(20);
        }
    }

    [Test]
    public async Task Predict_WhereTheFirstModelIsRefused_SaysWhy()
    {
        await WithoutAPlace("3600", async (app, _) =>
        {
            app.App.Services.GetRequiredService<ModelFile>().Refuse(null, "model.zip cannot be served: too little memory.");
            Assert.That(
                await app.Predict(("dark.png", TinyModel.Known("dark"))).Problem(HttpStatusCode.ServiceUnavailable),
                Is.EqualTo("model.zip cannot be served: too little memory."));
        });
    }
}
