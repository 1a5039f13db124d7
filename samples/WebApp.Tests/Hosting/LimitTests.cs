using System.Net;
using Microsoft.Extensions.DependencyInjection;
using WebApp.Predictions;
using WebApp.Refusals;
using WebApp.Tests.Support;

namespace WebApp.Tests.Hosting;

/// <summary>More than an application may be asked for.</summary>
internal sealed class LimitTests
{
    [Test]
    public async Task Predict_MoreThanPlacesAndQueue_IsSentAwayAtOnceAndTheOthersFinish()
    {
        await using var app = await RunningApp.Start("--WebApp:MaxConcurrency=1", "--WebApp:MaxQueue=1", "--WebApp:MaxPerClient=2");
        using var first = SlowBody.Image(TinyModel.Known("dark"));
        using var second = SlowBody.Image(TinyModel.Known("light"));
        var held = new[] { first, second }.Select(image => app.Client.PostAsync("/predict", image)).ToArray();
        await Task.WhenAll(first.Started, second.Started);
        await Until(() => Gate(app).Waiting == 2);

        using (var refused = await app.Predict(("dark.png", TinyModel.Known("dark"))))
        {
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That(refused.Headers.RetryAfter?.Delta, Is.GreaterThan(TimeSpan.Zero));
            Assert.That((await RunningApp.Json(refused)).Text("detail"), Does.Contain("WebApp:MaxConcurrency and WebApp:MaxQueue"));
        }
        first.Finish();
        second.Finish();
        var labels = await Task.WhenAll(held.Select(async request => (await request.Ok()).Results().Single().Text("predictedClass")));
        Assert.That(labels, Is.EqualTo(["dark", "light"]));
        await app.Predict(("dark.png", TinyModel.Known("dark"))).Ok();
    }

    [Test]
    public async Task Predict_SlowlyAndOftenByOneClient_LeavesPlacesToOthers()
    {
        await using var app = await RunningApp.Start("--WebApp:MaxConcurrency=1", "--WebApp:MaxQueue=2", "--WebApp:MaxPerClient=1");
        using var slow = SlowBody.Image(TinyModel.Known("dark"));
        var held = app.Client.PostAsync("/predict", slow);
        await Until(() => Gate(app).Waiting == 1);

        Assert.That(
            await app.Predict(("dark.png", TinyModel.Known("dark"))).Problem(HttpStatusCode.TooManyRequests),
            Is.EqualTo("A client may have 1 requests at a time (WebApp:MaxPerClient). Try again in a moment."));
        using (Gate(app).Admit("another"))
            Assert.That(() => Gate(app).Admit("another"), Throws.TypeOf<RefusedException>(), "it has one already");
        slow.Finish();
        await held.Ok();
        await app.Predict(("dark.png", TinyModel.Known("dark"))).Ok();
    }

    [Test]
    public async Task Predict_TooOften_IsSentAwayWithATimeToComeBack([Values("/predict", "/v2/models/tiny/infer", "/drift/reset")] string path)
    {
        await using var app = await RunningApp.Start("--WebApp:RequestsPerMinute=2");
        await Send();
        await Send();
        using var response = await Send();

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(response.Headers.RetryAfter?.Delta, Is.GreaterThan(TimeSpan.Zero));
        Assert.That(
            (await RunningApp.Json(response)).Text(path.StartsWith("/v2", StringComparison.Ordinal) ? "error" : "detail"),
            Is.EqualTo("A client may ask 2 times a minute (WebApp:RequestsPerMinute). Try again later."));
        await app.Client.GetAsync("/model").Ok();   // what predicts nothing is not counted

        Task<HttpResponseMessage> Send() => app.Client.PostAsync(path, RunningApp.Form(("dark.png", TinyModel.Known("dark"))));
    }

    [Test]
    public async Task Predict_BodyThatDoesNotArrive_GivesItsPlaceBack()
    {
        await using var app = await RunningApp.Start("--WebApp:UploadSeconds=1", "--WebApp:MaxConcurrency=1", "--WebApp:MaxQueue=0");
        using var image = SlowBody.Image(TinyModel.Known("dark"));
        var request = app.Client.PostAsync("/predict", image);
        await Until(() => Gate(app).Waiting == 1);
        await Until(() => Gate(app).Waiting == 0);
        await app.Predict(("dark.png", TinyModel.Known("dark"))).Ok();

        image.Finish();   // this client reads the answer only after it has sent all
        Assert.That(await request.Problem(HttpStatusCode.RequestTimeout), Does.Contain("1 seconds (WebApp:UploadSeconds)"));
    }

    [Test]
    public async Task Stop_WithARequestInFlight_LetsItFinish()
    {
        var app = await RunningApp.Start();
        using var image = SlowBody.Image(TinyModel.Known("light"));
        var request = app.Client.PostAsync("/predict", image);
        await image.Started;
        await Until(() => Gate(app).Waiting == 1);

        var stopped = app.App.StopAsync();
        Assert.That(stopped.IsCompleted, Is.False);
        image.Finish();
        Assert.That((await request.Ok()).Results().Single().Text("predictedClass"), Is.EqualTo("light"));
        await stopped;
        Assert.That(async () => await app.Client.GetAsync("/model"), Throws.InstanceOf<HttpRequestException>(), "it takes no more requests");
        await app.DisposeAsync();
    }

    private static WorkGate Gate(RunningApp app) => app.App.Services.GetRequiredService<WorkGate>();

    private static async Task Until(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
            await Task.Delay(10, limit.Token);
    }
}
