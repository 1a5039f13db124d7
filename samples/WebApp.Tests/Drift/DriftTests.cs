using WebApp.Tests.Support;

namespace WebApp.Tests.Drift;

internal sealed class DriftTests
{
    [Test]
    public async Task Drift_KnownImagesThenStrangers_IsNoticedAndResettable()
    {
        await using var app = await RunningApp.Start("--WebApp:RequestsPerMinute=0");
        await Send(i => TinyModel.Known(i % 2 == 0 ? "dark" : "light", 5_000 + i), 60);
        var quiet = await app.Client.GetAsync("/drift").Ok();
        Assert.That((quiet.Flag("alarm"), quiet.Number("imagesSeen"), quiet.Text("since")), Is.EqualTo((false, 60.0, (string?)null)));
        Assert.That(quiet.Number("falseAlarmRate"), Is.InRange(1e-6, 0.05));

        await Send(TinyModel.Stranger, 60);
        var changed = await app.Client.GetAsync("/drift").Ok();
        Assert.That(changed.Flag("alarm"), Is.True, changed.ToString());
        Assert.That(changed.GetProperty("since").GetDateTimeOffset(), Is.GreaterThanOrEqualTo(changed.GetProperty("startedAt").GetDateTimeOffset()));
        Assert.That(changed.Text("message"), Does.StartWith("Your images have changed."));
        Assert.That(await app.Client.GetStringAsync("/metrics"), Does.Match(@"webapp_drift_alarm\{[^}]*\} 1\b"));

        var reset = await app.Client.PostAsync("/drift/reset", null).Ok();
        Assert.That((reset.Flag("alarm"), reset.Number("imagesSeen")), Is.EqualTo((false, 0.0)));

        async Task Send(Func<int, byte[]> image, int count)
        {
            foreach (var part in Enumerable.Range(0, count).Chunk(20))
                await app.Predict([.. part.Select(i => ($"{i}.png", image(i)))]).Ok();
        }
    }
}
