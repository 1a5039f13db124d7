using Microsoft.Extensions.Options;
using WebApp.Cards;
using WebApp.Drift;
using WebApp.Engines;
using WebApp.Health;
using WebApp.Inference;
using WebApp.Metrics;
using WebApp.Options;
using WebApp.Predictions;
using WebApp.Refusals;
using WebApp.Uploads;

namespace WebApp.Hosting;

/// <summary>The parts, and how they are put together.</summary>
internal static class AppHost
{
    private static readonly Dictionary<string, string> _shortOptions = new() { ["--model"] = $"{WebAppOptions.Section}:{nameof(WebAppOptions.Model)}" };

    /// <summary>The application, ready to be run.</summary>
    /// <param name="args">The command line.</param>
    public static WebApplication Create(string[] args)
    {
        // The page and the settings lie beside the program, wherever it is started from.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddCommandLine(args, _shortOptions);
        AddParts(builder);
        var app = builder.Build();
        // A mistake is the program's, answered or not: without this the framework would log only those that nobody answers.
        app.UseExceptionHandler(new ExceptionHandlerOptions { SuppressDiagnosticsCallback = _ => false });
        app.UseStatusCodePages();
        app.UsePageHeaders();
        app.UseDefaultFiles();
        app.UseStaticFiles();
        app.UseOtherOrigins();
        app.UseRateLimiter();
        app.MapOpenApi();
        app.MapPrometheusScrapingEndpoint();
        app.MapHealth();
        app.MapModel();
        app.MapModelImages();
        app.MapDrift();
        app.MapPredict();
        app.MapInference();
        return app;
    }

    private static void AddParts(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<WebAppOptions>().BindConfiguration(WebAppOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebAppOptions>, WebAppOptionsCheck>();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ModelHost>().AddSingleton<ModelLoader>().AddSingleton<ModelFile>().AddSingleton<StarterModel>();
        services.AddSingleton<UploadReader>().AddSingleton<InferenceReader>().AddSingleton<WorkGate>().AddSingleton<Predictor>();
        services.AddSingleton<DriftWatch>().AddSingleton<DriftFile>().AddHostedService<DriftKeeper>();
        services.AddSingleton<PredictionMetrics>().AddSingleton<ModelHealthCheck>();
        services.AddSingleton<ModelService>().AddHostedService(parts => parts.GetRequiredService<ModelService>());
        services.AddHealthChecks().AddCheck<ModelHealthCheck>("model");
        services.AddProblemDetails().AddExceptionHandler<MistakeHandler>();
        services.AddOpenApi();
        services.AddPerClientLimit();
        services.AddKestrelLimits();
        builder.AddMetrics();
    }
}
