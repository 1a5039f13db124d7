using System.Net;
using Microsoft.Extensions.DependencyInjection;
using WebApp.Engines;
using WebApp.Hosting;
using WebApp.Tests.Support;

namespace WebApp.Tests.Hosting;

internal sealed class StartTests
{
    [Test]
    public async Task Run_NoSuchModel_IsOneLine()
        => Assert.That(await Failed("--model", "no/such.zip"), Is.EqualTo(
            "--model no/such.zip: there is no such file. Train a model, by QuickStart or `logitnorm train`, or leave --model out."));

    [Test]
    public async Task Run_NoModel_SaysWhatIsWrongWithTheFile()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("model.zip", "no model"u8.ToArray());
        Assert.That(await Failed("--model", path), Does.StartWith($"--model {path}: model.zip cannot be served: "));
    }

    [TestCase("MaxFiles", "0", "WebApp:MaxFiles is 0; at least 1 is expected.")]
    [TestCase("MaxRequestBytes", "5", "WebApp:MaxRequestBytes is 5; at least 10000000 is expected.")]
    [TestCase("PollSeconds", "0", "WebApp:PollSeconds is 0; at least 0.01 is expected.")]
    [TestCase("DriftFileSeconds", "1E+07", "WebApp:DriftFileSeconds is 10000000; at most 1000000 is expected.")]
    [TestCase("RequestsPerMinute", "-1", "WebApp:RequestsPerMinute is -1; at least 0 is expected.")]
    public async Task Run_SettingThatCannotBe_IsNamed(string option, string value, string problem)
        => Assert.That(await Failed("--model", TinyModel.Path, $"--WebApp:{option}={value}"), Is.EqualTo(problem));

    [Test]
    public async Task Stop_LetsGoOfTheModel()
    {
        var app = await RunningApp.Start();
        var model = app.App.Services.GetRequiredService<ModelHost>().Current!;
        await app.Predict(("dark.png", TinyModel.Known("dark"))).Ok();
        await app.DisposeAsync();
        Assert.That(model.IsDisposed, Is.True);
    }

    [Test]
    public async Task Get_Anything_HasThePagesHeaders()
    {
        using var response = await (await SharedApp.Get()).Client.GetAsync("/model");
        Assert.That(response.Headers.GetValues("Content-Security-Policy").Single(), Does.StartWith("default-src 'self'"));
        Assert.That(response.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"));
        Assert.That(response.Headers.Contains("Server"), Is.False);
    }

    [TestCase("/health/live")]
    [TestCase("/health/ready")]
    public async Task Health_WithAModel_Is200(string path)
    {
        using var response = await (await SharedApp.Get()).Client.GetAsync(path);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task OpenApi_HasTheEndpoints()
    {
        var document = await (await SharedApp.Get()).Client.GetAsync("/openapi/v1.json").Ok();
        var paths = document.GetProperty("paths");
        Assert.That(paths.EnumerateObject().Select(path => path.Name), Is.SupersetOf(
            ["/predict", "/model", "/model/{version}/images/{number}.png", "/drift", "/drift/reset", "/v2/models/{name}/infer", "/v2/health/ready"]));
        var predict = paths.GetProperty("/predict").GetProperty("post");
        Assert.That(
            predict.GetProperty("requestBody").GetProperty("content").EnumerateObject().Select(type => type.Name),
            Is.EqualTo(["multipart/form-data", "image/*"]));
        Assert.That(
            predict.GetProperty("responses").EnumerateObject().Select(response => response.Name),
            Is.SupersetOf(["200", "400", "413", "415", "422", "429", "503"]));
        Assert.That(
            paths.GetProperty("/model/{version}/images/{number}.png").GetProperty("get").GetProperty("responses").EnumerateObject().Select(answer => answer.Name),
            Is.EqualTo(["200", "404"]));
    }

    private static async Task<string> Failed(params string[] args)
    {
        var (error, output) = (Console.Error, new StringWriter());
        Console.SetError(output);
        try
        {
            Assert.That(await AppRun.Run(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default=None", .. args]), Is.EqualTo(1));
        }
        finally
        {
            Console.SetError(error);
        }
        return output.ToString().TrimEnd();
    }
}
