using WebApp.Tests.Support;

namespace WebApp.Tests.Cards;

internal sealed class ModelCardTests
{
    [Test]
    public async Task Model_HasTheCardAndTheLimits()
    {
        var model = await (await SharedApp.Get()).Client.GetAsync("/model").Ok();
        var card = model.GetProperty("card");
        Assert.That(card.Text("name"), Is.EqualTo("tiny.zip"));
        Assert.That(card.GetProperty("classes").EnumerateArray().Select(name => name.GetString()), Is.EqualTo(["dark", "light"]));
        Assert.That(card.Text("network"), Does.StartWith("WideResNet"));
        Assert.That(card.Number("parameters"), Is.GreaterThan(10_000));
        Assert.That(card.Text("looksAt"), Is.EqualTo("images of 16×16 pixels"));
        Assert.That(card.Number("falseAlarmRate"), Is.EqualTo(0.05));
        Assert.That(card.Text("detector"), Does.Contain("at most 5 % of the in-distribution rows are called out of distribution").IgnoreCase);
        Assert.That(card.Number("calibrationRows"), Is.EqualTo(200));
        Assert.That(card.Number("temperature"), Is.GreaterThan(0));
        Assert.That(card.GetProperty("loadedAt").GetDateTimeOffset(), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(10)));
        Assert.That(model.GetProperty("limits").Number("maxFiles"), Is.EqualTo(20));
        Assert.That(model.GetProperty("limits").Number("maxPixels"), Is.EqualTo(50_000_000));
        Assert.That(model.Text("status"), Is.Null);
    }
}
