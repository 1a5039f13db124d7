using System.Net;
using WebApp.Tests.Support;

namespace WebApp.Tests.Predictions;

internal sealed class PredictTests
{
    private RunningApp _app = null!;

    [OneTimeSetUp]
    public async Task Start() => _app = await RunningApp.Start();

    [OneTimeTearDown]
    public async Task Stop() => await _app.DisposeAsync();

    [Test]
    public async Task Predict_KnownAndStranger_EachGetsItsVerdict()
    {
        using var response = await _app.Predict(("dark.png", TinyModel.Known("dark")), ("light.png", TinyModel.Known("light")), ("stripes.png", TinyModel.Stranger()));

        var answer = await RunningApp.Json(response);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), answer.ToString());
        TestContext.Out.WriteLine(answer);
        var results = answer.GetProperty("results").EnumerateArray().ToArray();
        Assert.That(results.Select(result => result.GetProperty("name").GetString()), Is.EqualTo(["dark.png", "light.png", "stripes.png"]));
        Assert.That(results[..2].Select(result => result.GetProperty("predictedClass").GetString()), Is.EqualTo(["dark", "light"]));
        Assert.That(results.Select(result => result.GetProperty("isOutOfDistribution").GetBoolean()), Is.EqualTo([false, false, true]));
    }
}
