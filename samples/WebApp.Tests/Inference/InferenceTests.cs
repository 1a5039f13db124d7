using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using WebApp.Engines;
using WebApp.Inference;
using WebApp.Predictions;
using WebApp.Refusals;
using WebApp.Tests.Support;

namespace WebApp.Tests.Inference;

/// <summary>The Open Inference Protocol, version 2.</summary>
internal sealed class InferenceTests
{
    private RunningApp _app = null!;
    private string _version = "";

    [OneTimeSetUp]
    public async Task Start()
    {
        _app = await SharedApp.Get();
        _version = (await _app.Client.GetAsync("/model").Ok()).GetProperty("card").Text("version")!;
    }

    [Test]
    public async Task Health_OfARunningServer_IsLiveAndReady()
    {
        Assert.That((await _app.Client.GetAsync("/v2/health/live").Ok()).Flag("live"), Is.True);
        Assert.That((await _app.Client.GetAsync("/v2/health/ready").Ok()).Flag("ready"), Is.True);
        Assert.That((await _app.Client.GetAsync("/v2/models/tiny/ready").Ok()).Flag("ready"), Is.True);
        Assert.That((await _app.Client.GetAsync("/v2").Ok()).Text("name"), Is.EqualTo("logitnorm-webapp"));
    }

    [Test]
    public async Task Metadata_HasTensors([Values("/v2/models/tiny", "/v2/models/tiny/versions/")] string path)
    {
        var model = await _app.Client.GetAsync(path.EndsWith('/') ? path + _version : path).Ok();
        Assert.That(model.Text("name"), Is.EqualTo("tiny"));
        Assert.That(model.GetProperty("versions")[0].GetString(), Is.EqualTo(_version));
        Assert.That(Tensors("inputs"), Is.EqualTo(["image BYTES [-1]"]));
        Assert.That(Tensors("outputs"), Is.EqualTo(
            ["PredictedLabel BYTES [-1]", "Score FP32 [-1,2]", "OodScore FP32 [-1]", "OodConfidence FP32 [-1]", "IsOutOfDistribution BOOL [-1]"]));

        IEnumerable<string> Tensors(string side) => model.GetProperty(side).EnumerateArray()
            .Select(tensor => $"{tensor.Text("name")} {tensor.Text("datatype")} {tensor.GetProperty("shape").GetRawText()}");
    }

    [Test]
    public async Task Infer_TwoImages_AnswersAsPredictDoes([Values] bool nested)
    {
        byte[][] images = [TinyModel.Known("light"), TinyModel.Stranger()];
        var expected = (await _app.Predict(("a", images[0]), ("b", images[1])).Ok()).Results();
        object data = nested ? images.Select(image => new[] { Convert.ToBase64String(image) }) : images.Select(Convert.ToBase64String);

        int[] shape = nested ? [2, 1] : [2];
        var answer = await Infer(new { id = "42", inputs = new[] { new { name = "image", datatype = "BYTES", shape, data } } }).Ok();

        Assert.That((answer.Text("model_name"), answer.Text("model_version"), answer.Text("id")), Is.EqualTo(("tiny", _version, "42")));
        Assert.That(Data(answer, "PredictedLabel").Select(one => one.GetString()), Is.EqualTo(expected.Select(one => one.Text("predictedClass"))));
        Assert.That(Data(answer, "OodScore").Select(one => one.GetSingle()), Is.EqualTo(expected.Select(one => (float)one.Number("oodScore"))));
        Assert.That(Data(answer, "IsOutOfDistribution").Select(one => one.GetBoolean()), Is.EqualTo(expected.Select(one => one.Flag("isOutOfDistribution"))));
        Assert.That(Data(answer, "OodConfidence").Select(one => one.GetDouble()), Is.EqualTo(expected.Select(one => 1 - one.Number("pValue"))).Within(1e-6));
        Assert.That(Data(answer, "Score"), Has.Length.EqualTo(4));
    }

    [Test]
    public async Task Infer_SomeOutputs_GivesThose()
    {
        var outputs = new[] { new { name = "OodScore" }, new { name = "PredictedLabel" } };
        var answer = await Infer(new { inputs = Input(TinyModel.Known("dark")), outputs }).Ok();
        Assert.That(answer.GetProperty("outputs").EnumerateArray().Select(output => output.Text("name")), Is.EqualTo(["OodScore", "PredictedLabel"]));
    }

    private static IEnumerable<TestCaseData> Wrong()
    {
        var image = Convert.ToBase64String("some text"u8);
        yield return Case("no JSON", "{", "no JSON of the protocol");
        yield return Case("no inputs", "{}", "One input is expected, 'image'; found none.");
        yield return Case("another input", """{"inputs":[{"name":"x","datatype":"BYTES","shape":[1],"data":[""]}]}""",
            "One input is expected, 'image'; found 'x'.");
        yield return Case("null", "null", "no object of JSON");
        yield return Case("a text that is no Unicode", """{"id":"\uD800"}""", "no JSON of the protocol");
        yield return Case("more behind it", """{"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"data":["AAAA"]}]} x""", "no JSON of the protocol");
        yield return Case("a null input", """{"inputs":[null]}""", "An element of 'inputs' is no object.");
        yield return Case("two inputs", """{"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"data":["AAAA"]},{}]}""",
            "One input is expected, 'image'; found more.");
        yield return Case("inputs that are none", """{"inputs":{}}""", "'inputs' is no array.");
        yield return Case("a long name", $$"""{"inputs":[{"name":"{{new string('x', 2_000)}}"}]}""", "'name' has 2000 bytes; at most 1000 are expected.");
        yield return Case("a name that is none", """{"inputs":[{"name":{"a":[1]}}]}""", "'name' is no text.");
        yield return Case("a shape of texts", """{"inputs":[{"name":"image","shape":["1"]}]}""", "An element of 'shape' is no whole number.");
        yield return Case("objects", """{"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"data":[{"a":["AAAA"]}]}]}""",
            "Element 0 (counted from 0) of input 'image' is no text in base64.");
        yield return Case("numbers before their type",
            $$"""{"inputs":[{"data":[{{string.Join(',', Enumerable.Repeat("1", 50))}}],"shape":[50],"datatype":"FP32","name":"image"}]}""",
            "of datatype 'FP32'; BYTES is expected");
        yield return Case("a null output", """{"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"data":["AAAA"]}],"outputs":[null]}""",
            "An element of 'outputs' is no object.");
        yield return Case("many outputs", """{"outputs":[{"name":"Score"},{"name":"Score"},{"name":"Score"},{"name":"Score"},{"name":"Score"},{}]}""",
            "There are more 'outputs' than the 5 of the model.");
        yield return Case("numbers", """{"inputs":[{"name":"image","datatype":"FP32","shape":[1],"data":[1]}]}""", "of datatype 'FP32'; BYTES is expected");
        yield return Case("no data", """{"inputs":[{"name":"image","datatype":"BYTES","shape":[1]}]}""", "has no array 'data'");
        yield return Case("another shape", """{"inputs":[{"name":"image","datatype":"BYTES","shape":[2],"data":["AAAA"]}]}""",
            "of shape [2] and has 1 elements");
        yield return Case("no base64", """{"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"data":["?"]}]}""",
            "Element 0 (counted from 0) of input 'image' is no text in base64.");
        yield return Case("no image", $$"""{"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"data":["{{image}}"]}]}""",
            "Element 0 (counted from 0) of input 'image' cannot be read. The file is no image");
        yield return Case("another output", """{"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"data":["AAAA"]}],"outputs":[{"name":"y"}]}""",
            "There is no output 'y'; there are PredictedLabel, Score");

        static TestCaseData Case(string name, string body, string problem) => new TestCaseData(body, problem).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Wrong))]
    public async Task Infer_WrongRequest_IsAFaultThatSaysWhy(string body, string problem)
    {
        using var content = new StringContent(body);
        await Fault(_app.Client.PostAsync("/v2/models/tiny/infer", content), HttpStatusCode.BadRequest, problem);
    }

    [TestCase("/v2/models/other", "There is no model 'other'; 'tiny' is served.")]
    [TestCase("/v2/models/tiny/versions/1", "There is no version '1' of the model 'tiny'")]
    [TestCase("/v2/models/other/ready", "There is no model 'other'")]
    [TestCase("/v2/repository/index", "There is no 'repository/index' in the protocol.")]
    public async Task Get_WhatIsNotThere_IsAFault(string path, string problem) => await Fault(_app.Client.GetAsync(path), HttpStatusCode.NotFound, problem);

    [Test]
    public async Task Infer_TooManyOrTooLarge_IsAFaultThatNamesTheLimit()
    {
        await Fault(Infer(new { inputs = Input([.. Enumerable.Repeat(TinyModel.Known("dark"), 21)]) }),
            HttpStatusCode.RequestEntityTooLarge, "WebApp:MaxFiles");
        await Fault(Infer(new { inputs = Input(new byte[10_000_001]) }), HttpStatusCode.RequestEntityTooLarge, "WebApp:MaxFileBytes");
        await Fault(Infer(new { inputs = Input([.. Enumerable.Repeat(new byte[9_000_000], 4)]) }),
            HttpStatusCode.RequestEntityTooLarge, "WebApp:MaxRequestBytes");
    }

    [Test]
    public async Task Infer_ManySmallElements_TakesNoMoreMemoryThanTheirText([Values("\"\"", "[]", "{}", "1")] string element)
    {
        const int count = 5_000_000;
        var body = new StringBuilder("""{"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"data":[""");
        body.Insert(body.Length, $"{element},", count).Append(element).Append("]}]}");
        using var request = new MemoryStream(Encoding.UTF8.GetBytes(body.ToString()));
        var reader = _app.App.Services.GetRequiredService<InferenceReader>();
        var context = new DefaultHttpContext { Request = { Body = request } };

        var before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.That(async () => await reader.Read(context.Request, CancellationToken.None), Throws.TypeOf<RefusedException>());
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(2 * request.Length));
    }

    [Test]
    public async Task Infer_AVersionThatIsReplacedWhileItIsSent_IsAFault([Values] bool named)
    {
        await using var app = await RunningApp.Start();
        var host = app.App.Services.GetRequiredService<ModelHost>();
        var path = named ? $"/v2/models/tiny/versions/{_version}/infer" : "/v2/models/tiny/infer";
        using var body = new SlowBody(JsonSerializer.SerializeToUtf8Bytes(new { inputs = Input(TinyModel.Known("dark")) }), "application/json");
        var request = app.Client.PostAsync(path, body);
        await body.Started;
        using (var started = new CancellationTokenSource(TimeSpan.FromSeconds(20)))
            while (app.App.Services.GetRequiredService<WorkGate>().Waiting == 0)
                await Task.Delay(10, started.Token);
        var next = app.App.Services.GetRequiredService<ModelLoader>().Load("tiny.zip", await File.ReadAllBytesAsync(TinyModel.OtherPath));
        host.Swap(next);
        body.Finish();

        if (named)
            await Fault(request, HttpStatusCode.NotFound, $"There is no version '{_version}' of the model 'tiny'; '{next.Card.Version}' is served.");
        else
            Assert.That((await request.Ok()).Text("model_version"), Is.EqualTo(next.Card.Version));
    }

    private Task<HttpResponseMessage> Infer(object request) => _app.Client.PostAsJsonAsync("/v2/models/tiny/infer", request);

    private static object[] Input(params byte[][] images)
        => [new { name = "image", datatype = "BYTES", shape = new[] { images.Length }, data = images.Select(Convert.ToBase64String) }];

    private static JsonElement[] Data(JsonElement answer, string output)
        => [.. answer.GetProperty("outputs").EnumerateArray().Single(tensor => tensor.Text("name") == output).GetProperty("data").EnumerateArray()];

    private static async Task Fault(Task<HttpResponseMessage> request, HttpStatusCode status, string problem)
    {
        using var response = await request;
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(status), text);
        Assert.That(JsonDocument.Parse(text).RootElement.Text("error"), Does.Contain(problem));
    }
}
