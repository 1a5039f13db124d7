using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WebApp.Predictions;
using WebApp.Tests.Support;

namespace WebApp.Tests.Refusals;

internal sealed class MistakeTests
{
    [Test]
    public async Task Predict_ThatFails_IsLoggedAndCountedAndToldWithoutItsReason()
    {
        await using var app = await RunningApp.Start("--Logging:LogLevel:Microsoft.AspNetCore=Error");
        using var log = new KeptLog();
        app.App.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        app.App.Services.GetRequiredService<WorkGate>().Dispose();   // a part that fails

        Assert.That(
            await app.Predict(("dark.png", TinyModel.Known("dark"))).Problem(HttpStatusCode.InternalServerError),
            Is.EqualTo("The program has failed. Its log says how."));
        Assert.That(log.Errors, Has.Exactly(1).InstanceOf<ObjectDisposedException>());
        Assert.That(await app.Client.GetStringAsync("/metrics"), Does.Match("webapp_refusals_total{[^}]*status=\"500\"[^}]*} 1\\b"));
    }
}
