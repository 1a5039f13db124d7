using System.Net;
using WebApp.Tests.Support;

namespace WebApp.Tests.Hosting;

/// <summary>What pages of other origins let browsers send.</summary>
internal sealed class OtherOriginTests
{
    [TestCase("Sec-Fetch-Site", "cross-site", true)]
    [TestCase("Sec-Fetch-Site", "same-site", true)]
    [TestCase("Sec-Fetch-Site", "same-origin", false)]
    [TestCase("Sec-Fetch-Site", "none", false)]
    [TestCase("Origin", "http://elsewhere.example", true)]
    [TestCase("Origin", "null", true)]
    [TestCase("Origin", "own", false)]
    public async Task Post_ByAPage_IsRefusedUnlessItIsItsOwn(string header, string value, bool refused)
    {
        var app = await SharedApp.Get();
        foreach (var path in new[] { "/predict", "/drift/reset" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = RunningApp.Form(("dark.png", TinyModel.Known("dark"))),
                Headers = { { header, value == "own" ? app.Address.GetLeftPart(UriPartial.Authority) : value } },
            };
            if (refused)
                Assert.That(await app.Client.SendAsync(request).Problem(HttpStatusCode.Forbidden), Does.Contain("by a page of another origin."));
            else
                await app.Client.SendAsync(request).Ok();
        }
    }

    [TestCase("localhost", HttpStatusCode.OK)]
    [TestCase("elsewhere.example", HttpStatusCode.BadRequest)]
    public async Task Get_ByAnotherName_IsRefused(string host, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/drift") { Headers = { Host = host } };
        using var response = await (await SharedApp.Get()).Client.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(status));
    }
}
