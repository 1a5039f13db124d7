using System.Net;
using System.Text.Json;

namespace WebApp.Tests.Support;

/// <summary>What answers hold.</summary>
internal static class Answers
{
    /// <summary>The JSON of an answer that must be 200.</summary>
    public static async Task<JsonElement> Ok(this Task<HttpResponseMessage> request)
    {
        using var response = await request;
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>What a problem document of this status says.</summary>
    public static async Task<string> Problem(this Task<HttpResponseMessage> request, HttpStatusCode status)
    {
        using var response = await request;
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(status), text);
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/problem+json"));
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.That(problem.GetProperty("status").GetInt32(), Is.EqualTo((int)status));
        return problem.GetProperty("detail").GetString()!;
    }

    public static JsonElement[] Results(this JsonElement answer) => [.. answer.GetProperty("results").EnumerateArray()];

    public static string? Text(this JsonElement element, string property) => element.GetProperty(property).GetString();

    public static double Number(this JsonElement element, string property) => element.GetProperty(property).GetDouble();

    public static bool Flag(this JsonElement element, string property) => element.GetProperty(property).GetBoolean();
}
