using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using SkiaSharp;
using WebApp.Tests.Support;

namespace WebApp.Tests.Uploads;

internal sealed class BadUploadTests
{
    private RunningApp _app = null!;

    [OneTimeSetUp]
    public async Task Start() => _app = await SharedApp.Get();

    private static IEnumerable<TestCaseData> Unreadable()
    {
        yield return Case("not an image", "some text"u8.ToArray(), "The file is no image");
        yield return Case("no bytes", [], "The file is empty.");
        yield return Case("truncated JPEG", EncodedImages.Flat(SKColors.Red, "jpeg", 64, 64)[..^300], "ends too early");
        yield return Case("icon of 65,535×32,767", EncodedImages.IconBomb(), "65,535 × 32,767 pixels, and at most 50,000,000 are read (MaxPixels).");
        yield return Case("PNG of 10,000×10,000", EncodedImages.PngWithoutRows(10_000, 10_000),
            "10,000 × 10,000 pixels, and at most 50,000,000 are read (MaxPixels).");
        yield return Case("web page", "<!DOCTYPE html><html></html>"u8.ToArray(), "is a text such as SVG or a web page, which is not supported.");
        yield return Case("zip", [.. "PK\u0003\u0004"u8, .. new byte[100]], "The file is a zip archive, which is not supported.");

        static TestCaseData Case(string name, byte[] image, string problem) => new TestCaseData(image, problem).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Unreadable))]
    public async Task Predict_UnreadableImageAlone_IsAProblemThatSaysWhy(byte[] image, string problem)
    {
        await _app.Predict(("warm-up", TinyModel.Known("dark"))).Ok();
        var clock = Stopwatch.StartNew();
        var detail = await _app.Predict(("image", image)).Problem(HttpStatusCode.UnprocessableEntity);
        Assert.That(detail, Does.Contain(problem));
        Assert.That(detail, Does.Not.Contain("column").And.Not.Contain("row"), "that is for people who train");
        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(2)), "milliseconds, on a machine that is not busy");
    }

    [Test]
    public async Task Predict_ImagesTooLarge_TakeNoMemory()
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < 20; i++)
            await _app.Predict(("bomb", i % 2 == 0 ? EncodedImages.IconBomb() : EncodedImages.PngWithoutRows(10_000, 10_000)))
                .Problem(HttpStatusCode.UnprocessableEntity);
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(50_000_000));   // one of them has 400 MB of pixels
    }

    [Test]
    public async Task Predict_FileTooLarge_NamesItAndTheLimit()
    {
        var detail = await _app.Predict(("small.png", TinyModel.Known("dark")), ("large.png", new byte[10_000_001]))
            .Problem(HttpStatusCode.RequestEntityTooLarge);
        Assert.That(detail, Is.EqualTo(
            "The file 'large.png' has more than 10,000,000 bytes, which is the most that are taken (WebApp:MaxFileBytes). Send a smaller one."));
    }

    [TestCase(true, TestName = "Predict_RequestTooLarge_NamesTheLimit(length told)")]
    [TestCase(false, TestName = "Predict_RequestTooLarge_NamesTheLimit(chunked)")]
    public async Task Predict_RequestTooLarge_NamesTheLimit(bool lengthTold)
    {
        using var form = RunningApp.Form([.. Enumerable.Range(0, 4).Select(i => ($"{i}.png", new byte[9_000_000]))]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = form };
        request.Headers.TransferEncodingChunked = !lengthTold;
        var detail = await _app.Client.SendAsync(request).Problem(HttpStatusCode.RequestEntityTooLarge);
        Assert.That(detail, Does.StartWith("The request has more than 32,000,000 bytes").And.Contains("WebApp:MaxRequestBytes"));
    }

    [Test]
    public async Task Predict_TwentyOneFiles_NamesTheLimit()
    {
        var detail = await _app.Predict([.. Enumerable.Range(0, 21).Select(i => ($"{i}.png", TinyModel.Known("dark")))])
            .Problem(HttpStatusCode.RequestEntityTooLarge);
        Assert.That(detail, Is.EqualTo(
            "The request has more than 20 files, which is the most that are taken (WebApp:MaxFiles). Send the others in another request."));
    }

    [Test]
    public async Task Predict_NoPartNamedFile_NamesThoseThatAreThere()
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(TinyModel.Known("dark")), "picture", "dark.png" }, { new StringContent("x"), "note" },
        };
        var detail = await _app.Client.PostAsync("/predict", form).Problem(HttpStatusCode.BadRequest);
        Assert.That(detail, Is.EqualTo(
            "The request has no part named 'file' with a file in it, only 'picture', 'note'. Send a part named 'file' for each image."));
    }

    [Test]
    public async Task Predict_NoParts_IsAProblem()
    {
        using var form = new MultipartFormDataContent();
        await _app.Client.PostAsync("/predict", form).Problem(HttpStatusCode.BadRequest);
    }

    [TestCase("application/json", "{}")]
    [TestCase("application/x-www-form-urlencoded", "file=x")]
    [TestCase(null, "")]
    public async Task Predict_WrongType_NamesWhatIsTaken(string? type, string body)
    {
        using var content = new StringContent(body) { Headers = { ContentType = type is null ? null : new MediaTypeHeaderValue(type) } };
        var detail = await _app.Client.PostAsync("/predict", content).Problem(HttpStatusCode.UnsupportedMediaType);
        Assert.That(detail, Does.Contain(type ?? "no Content-Type").And.Contains("multipart/form-data").And.Contains("image/*"));
    }

    [TestCase("multipart/form-data", TestName = "Predict_MalformedForm_IsAProblem(no boundary)")]
    [TestCase("multipart/form-data; boundary=abc", TestName = "Predict_MalformedForm_IsAProblem(cut off)")]
    public async Task Predict_MalformedForm_IsAProblem(string type)
    {
        using var content = new StringContent("--abc\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\nhalf");
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        await _app.Client.PostAsync("/predict", content).Problem(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task Predict_BadOnesBesideGoodOnes_ChangeNothingForThem()
    {
        var expected = (await _app.Predict(("dark.png", TinyModel.Known("dark"))).Ok()).Results().Single().Number("oodScore");
        byte[][] bad = [.. Unreadable().Select(test => (byte[])test.Arguments[0]!)];
        var all = Enumerable.Range(0, 40).Select(async i =>
        {
            if (i % 2 == 0)
                await _app.Predict(("bad", bad[i / 2 % bad.Length])).Problem(HttpStatusCode.UnprocessableEntity);
            else
                Assert.That((await _app.Predict(("dark.png", TinyModel.Known("dark"))).Ok()).Results().Single().Number("oodScore"), Is.EqualTo(expected));
        });
        foreach (var four in all.Chunk(4))
            await Task.WhenAll(four);
    }
}
