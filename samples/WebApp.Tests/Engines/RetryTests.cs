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
    public async Task Predict_WhereTheFirstModelIsRefused_SaysWhy()
    {
        await using var app = await RunningApp.Start();
        var host = app.App.Services.GetRequiredService<ModelHost>();
        host.Dispose();   // as before the first model
        host.Status = "The small model is made.";
        app.App.Services.GetRequiredService<ModelFile>().Refuse(null, "model.zip cannot be served: too little memory.");
        Assert.That(
            await app.Predict(("dark.png", TinyModel.Known("dark"))).Problem(HttpStatusCode.ServiceUnavailable),
            Is.EqualTo("model.zip cannot be served: too little memory."));
    }
}
