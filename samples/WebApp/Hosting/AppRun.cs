using Microsoft.Extensions.Options;
using Shared.CommandLine;
using WebApp.Engines;

namespace WebApp.Hosting;

/// <summary>Runs the application until it is stopped; what the user can fix is one line on standard error.</summary>
internal static class AppRun
{
    public static async Task<int> Run(string[] args)
    {
        try
        {
            await using var app = AppHost.Create(args);
            app.Services.GetRequiredService<ModelService>().Load();   // before the host, which would log what the user can fix as a failure of its own
            await app.RunAsync();
            return 0;
        }
        catch (Exception e) when (e is InputException or OptionsValidationException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }
}
