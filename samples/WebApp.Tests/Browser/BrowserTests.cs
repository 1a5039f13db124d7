using WebApp.Tests.Support;

namespace WebApp.Tests.Browser;

/// <summary>Tests that look at one running application through one browser.</summary>
/// <param name="settings">The application's command line.</param>
[NonParallelizable]
internal abstract class BrowserTests(params string[] settings)
{
    protected ChromiumBrowser Browser { get; private set; } = null!;

    protected RunningApp App { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        Browser = await ChromiumBrowser.Start();
        App = await RunningApp.Start(settings);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (App is not null)
            await App.DisposeAsync();
        if (Browser is not null)
            await Browser.DisposeAsync();
    }
}
