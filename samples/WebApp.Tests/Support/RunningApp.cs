using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WebApp.Hosting;

namespace WebApp.Tests.Support;

/// <summary>The application on a free port of this machine, as it runs for users, but for settings of a test's own.</summary>
internal sealed class RunningApp : IAsyncDisposable
{
    private RunningApp(WebApplication app)
    {
        App = app;
        Client = new() { BaseAddress = Address };
    }

    public WebApplication App { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address => new(App.Urls.Single());

    public HttpClient Client { get; }

    /// <summary>Starts it, with the tiny model unless another is named.</summary>
    /// <param name="settings">More of the command line, such as <c>--WebApp:MaxFiles=5</c>.</param>
    public static Task<RunningApp> Start(params string[] settings) => StartWithoutModel(["--model", TinyModel.Path, .. settings]);

    /// <summary>Starts it as without <c>--model</c>: it looks for one in the working directory, or makes one there.</summary>
    /// <param name="settings">More of the command line.</param>
    public static Task<RunningApp> StartWithoutModel(params string[] settings) => Start(null, settings);

    /// <summary>Starts it with the tiny model, and keeps what it logs.</summary>
    /// <param name="log">Keeps it.</param>
    /// <param name="settings">More of the command line.</param>
    public static Task<RunningApp> StartLogged(KeptLog log, params string[] settings)
        => Start(log, ["--model", TinyModel.Path, "--Logging:LogLevel:WebApp=Warning", .. settings]);

    private static async Task<RunningApp> Start(KeptLog? log, string[] settings)
    {
        var app = AppHost.Create(["--urls", "http://127.0.0.1:0",
            "--Logging:LogLevel:Default=None", "--Logging:LogLevel:Microsoft.AspNetCore=None",
            "--WebApp:ShutdownSeconds=5", .. settings]);
        try
        {
            if (log is not null)
                app.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
            await app.StartAsync();
            return new(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>POST /predict of files, each in a part named <c>file</c>.</summary>
    public Task<HttpResponseMessage> Predict(params (string Name, byte[] Bytes)[] files) => Client.PostAsync("/predict", Form(files));

    /// <summary>The body of such a request.</summary>
    public static MultipartFormDataContent Form(params (string Name, byte[] Bytes)[] files)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, bytes) in files)
            form.Add(new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } }, "file", name);
        return form;
    }

    /// <summary>An answer's JSON.</summary>
    public static Task<JsonElement> Json(HttpResponseMessage response) => response.Content.ReadFromJsonAsync<JsonElement>();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
    }
}
