namespace WebApp.Hosting;

/// <summary>By what clients are told apart.</summary>
internal static class ClientAddress
{
    public static string Of(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "";
}
