using Microsoft.Extensions.Options;
using Shared.CommandLine;

namespace WebApp.Hosting;

/// <summary>Runs the application until it is stopped; what the user can fix is one line on standard error.</summary>
internal static class AppRun
{
    public static async Task<int> Run(string[] args)
    {
        try
        {
            await using var app = AppHost.Create(args);
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
