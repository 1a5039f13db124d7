using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using WebApp.Predictions;
using WebApp.Tests.Support;

namespace WebApp.Tests.Hosting;

/// <summary>More than an application may be asked for.</summary>
internal sealed class LimitTests
{
    [Test]
    public async Task Predict_MoreThanPlacesAndQueue_IsSentAwayAtOnceAndTheOthersFinish()
    {
        await using var app = await RunningApp.Start("--WebApp:MaxConcurrency=1", "--WebApp:MaxQueue=1");
        using var first = new SlowImage(TinyModel.Known("dark"));
        using var second = new SlowImage(TinyModel.Known("light"));
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
    public async Task Predict_TooOften_IsSentAwayWithATimeToComeBack([Values("/predict", "/v2/models/tiny/infer")] string path)
    {
        await using var app = await RunningApp.Start("--WebApp:RequestsPerMinute=2");
        await Send();
        await Send();
        using var response = await Send();

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(response.Headers.RetryAfter?.Delta, Is.GreaterThan(TimeSpan.Zero));
        Assert.That(
            (await RunningApp.Json(response)).Text(path == "/predict" ? "detail" : "error"),
            Is.EqualTo("A client may ask 2 times a minute (WebApp:RequestsPerMinute). Try again later."));
        await app.Client.GetAsync("/model").Ok();   // what predicts nothing is not counted

        Task<HttpResponseMessage> Send() => app.Client.PostAsync(path, RunningApp.Form(("dark.png", TinyModel.Known("dark"))));
    }

    [Test]
    public async Task Predict_BodyThatDoesNotArrive_GivesItsPlaceBack()
    {
        await using var app = await RunningApp.Start("--WebApp:UploadSeconds=1", "--WebApp:MaxConcurrency=1", "--WebApp:MaxQueue=0");
        using var image = new SlowImage(TinyModel.Known("dark"));
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
        using var image = new SlowImage(TinyModel.Known("light"));
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

    /// <summary>An image that is sent but for its last byte, which waits.</summary>
    private sealed class SlowImage : HttpContent
    {
        private readonly byte[] _image;
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _rest = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SlowImage(byte[] image)
        {
            _image = image;
            Headers.ContentType = new MediaTypeHeaderValue("image/png");
        }

        public Task Started => _started.Task;

        /// <summary>Sends the last byte.</summary>
        public void Finish() => _rest.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_image.AsMemory(0, _image.Length - 1));
            await stream.FlushAsync();
            _started.SetResult();
            await _rest.Task;
            await stream.WriteAsync(_image.AsMemory(_image.Length - 1));
        }

        // No request may wait for ever, should its test fail.
        protected override void Dispose(bool disposing)
        {
            Finish();
            base.Dispose(disposing);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _image.Length;
            return true;
        }
    }
}
