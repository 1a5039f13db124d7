using System.Net;
using System.Net.Http.Headers;
using WebApp.Tests.Support;

namespace WebApp.Tests.Predictions;

internal sealed class PredictTests
{
    private RunningApp _app = null!;

    [OneTimeSetUp]
    public async Task Start() => _app = await SharedApp.Get();

    [Test]
    public async Task Predict_KnownAndStranger_EachGetsItsVerdict()
    {
        var answer = await _app.Predict(
            ("dark.png", TinyModel.Known("dark")), ("light.png", TinyModel.Known("light")), ("stripes.png", TinyModel.Stranger())).Ok();

        Assert.That(answer.Text("model"), Is.EqualTo("tiny.zip"));
        var results = answer.Results();
        Assert.That(results.Select(result => result.Text("name")), Is.EqualTo(["dark.png", "light.png", "stripes.png"]));
        Assert.That(results[..2].Select(result => result.Text("predictedClass")), Is.EqualTo(["dark", "light"]));
        Assert.That(results.Select(result => result.Flag("isOutOfDistribution")), Is.EqualTo([false, false, true]));
        foreach (var result in results)
        {
            var classes = result.GetProperty("classes").EnumerateArray().ToArray();
            Assert.That(classes.Sum(one => one.Number("probability")), Is.EqualTo(1).Within(1e-5));
            Assert.That(result.Number("probability"), Is.EqualTo(classes.Max(one => one.Number("probability"))));
            Assert.That(result.Number("pValue"), Is.InRange(1 / 201.0 - 1e-6, 1));   // of 200 calibration images
            Assert.That(result.Text("unusualness"), Does.Contain("known images look"));
            Assert.That(result.Text("error"), Is.Null);
        }
        Assert.That(results[2].Number("oodScore"), Is.GreaterThan(results[0].Number("oodScore")));
    }

    [Test]
    public async Task Predict_ModelWithImages_NamesTheNearestAndServesThem()
    {
        var result = (await _app.Predict(("dark.png", TinyModel.Known("dark"))).Ok()).Results().Single();
        var nearest = result.GetProperty("nearest").EnumerateArray().ToArray();

        Assert.That(nearest.Select(image => image.Text("class")), Is.EqualTo(["dark", "dark", "dark"]));
        Assert.That(nearest.Select(image => image.Number("similarity")), Is.Ordered.Descending.And.All.InRange(-1, 1));
        using var answer = await _app.Client.GetAsync(nearest[0].Text("url"));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("image/png"));
        Assert.That(answer.Headers.CacheControl!.ToString(), Does.Contain("immutable"));
        using var picture = SkiaSharp.SKBitmap.Decode(await answer.Content.ReadAsByteArrayAsync());
        Assert.That((picture.Width, picture.Height), Is.EqualTo((16, 16)));
        Assert.That(picture.GetPixel(8, 8).Red, Is.LessThan(128), "a dark one");
    }

    [TestCase("000000000000", 0)]
    [TestCase(null, 80)]
    [TestCase(null, -1)]
    public async Task Image_OfAnotherModelOrNone_IsNotFound(string? version, int number)
    {
        version ??= (await _app.Client.GetAsync("/model").Ok()).GetProperty("card").Text("version");
        using var answer = await _app.Client.GetAsync($"/model/{version}/images/{number}.png");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await RunningApp.Json(answer)).Text("detail"), Does.StartWith($"Model '{version}' has no image {number}"));
    }

    [Test]
    public async Task Predict_ModelWithoutImages_NamesNone()
    {
        using var folder = new TemporaryFolder();
        await using var app = await RunningApp.Start("--model", folder.Write("bare.zip", OtherModels.WithoutImages()));
        var result = (await app.Predict(("dark.png", TinyModel.Known("dark"))).Ok()).Results().Single();
        Assert.That(result.Text("predictedClass"), Is.EqualTo("dark"));
        Assert.That(result.GetProperty("nearest").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task Predict_RawBody_IsOneImage()
    {
        using var body = new ByteArrayContent(TinyModel.Known("light")) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        var results = (await _app.Client.PostAsync("/predict", body).Ok()).Results();
        Assert.That(results.Single().Text("predictedClass"), Is.EqualTo("light"));
    }

    [Test]
    public async Task Predict_BytesOfAFile_AreAsTheFileIsByItsPath()
    {
        // The model was trained on, and saved with, paths; the application feeds bytes.
        using var folder = new TemporaryFolder();
        var path = folder.Write("dark.png", TinyModel.Known("dark", 7));
        var ml = new MLContext();
        var model = ml.Model.Load(TinyModel.Path, out _);
        using var engine = ml.Model.CreatePredictionEngine<Shared.Images.ImageRow, PathVerdict>(model);
        var expected = engine.Predict(new() { ImagePath = path });

        var result = (await _app.Predict(("dark.png", TinyModel.Known("dark", 7))).Ok()).Results().Single();

        Assert.That(result.Number("oodScore"), Is.EqualTo(expected.OodScore).Within(1e-5));
        Assert.That(result.Number("pValue"), Is.EqualTo(1 - expected.OodConfidence).Within(1e-6));
        Assert.That(result.Number("probability"), Is.EqualTo(expected.Score.Max()).Within(1e-5));
    }

    [Test]
    public async Task Predict_OneUnreadableAmongSeveral_LeavesTheOthersAlone()
    {
        var results = (await _app.Predict(
            ("dark.png", TinyModel.Known("dark")), ("notes.txt", "no image"u8.ToArray()), ("light.png", TinyModel.Known("light"))).Ok()).Results();

        Assert.That(results.Select(result => result.Text("predictedClass")), Is.EqualTo([(string?)"dark", null, "light"]));
        Assert.That(results[1].Text("error"), Does.StartWith("The file is no image"));
        Assert.That(results[1].Flag("isOutOfDistribution"), Is.True);
        Assert.That(results[1].GetProperty("classes").GetArrayLength(), Is.Zero);
        Assert.That(results[1].GetProperty("nearest").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task Predict_TwentyFiles_AreAnsweredInTheirOrder()
    {
        var labels = Enumerable.Range(0, 20).Select(i => i % 3 == 0 ? "light" : "dark").ToArray();
        var results = (await _app.Predict([.. labels.Select((label, i) => ($"{i}.png", TinyModel.Known(label, i)))]).Ok()).Results();
        Assert.That(results.Select(result => result.Text("predictedClass")), Is.EqualTo(labels));
        Assert.That(results.Select(result => result.Text("name")), Is.EqualTo(Enumerable.Range(0, 20).Select(i => $"{i}.png")));
    }

    [Test]
    public async Task Predict_OtherMethods_AreNotAllowed()
    {
        using var response = await _app.Client.GetAsync("/predict");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
    }

    private sealed class PathVerdict
    {
        public float[] Score { get; set; } = [];

        public float OodScore { get; set; }

        public float OodConfidence { get; set; }
    }
}
