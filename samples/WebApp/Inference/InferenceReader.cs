using System.Text.Json;
using Microsoft.Extensions.Options;
using WebApp.Options;
using WebApp.Refusals;
using WebApp.Uploads;

namespace WebApp.Inference;

/// <summary>Reads a request of the protocol, and the images of its tensor.</summary>
internal sealed class InferenceReader(IOptions<WebAppOptions> options)
{
    /// <summary>The protocol's JSON.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private const int Overhead = 64 << 10;   // JSON beside the images
    private const string Tensor = "image", Bytes = "BYTES";

    /// <summary>What the tensor is like.</summary>
    public static TensorMetadata Metadata { get; } = new(Tensor, Bytes, [-1]);

    /// <summary>Reads the request.</summary>
    /// <exception cref="RefusedException">It is too large, or no JSON of the protocol.</exception>
    public async Task<InferenceRequest> Read(HttpRequest request, CancellationToken cancellation)
    {
        var most = options.Value.MaxRequestBytes / 3 * 4 + Overhead;   // base64 takes four thirds
        if (request.ContentLength > most)
            throw Refused.RequestTooLarge(options.Value.MaxRequestBytes);
        using var body = new LimitedBody(request.Body, most, options.Value);
        try
        {
            return await JsonSerializer.DeserializeAsync<InferenceRequest>(body, Json, cancellation) ?? throw Refused.Malformed("The request is null.");
        }
        catch (JsonException e)
        {
            throw Refused.Malformed($"The request is no JSON of the protocol: {e.Message}");
        }
    }

    /// <summary>Checks and decodes the images.</summary>
    /// <exception cref="RefusedException">The tensor is not as it should be.</exception>
    public IReadOnlyList<byte[]> Images(InferenceRequest request)
    {
        if (request.Inputs is not [{ Name: Tensor } input])
            throw Refused.Malformed($"One input is expected, '{Tensor}'; found {Names(request.Inputs)}.");
        if (input.Datatype != Bytes)
            throw Refused.Malformed($"Input '{Tensor}' is of datatype '{input.Datatype}'; {Bytes} is expected, each element an image file in base64.");
        if (input.Data.ValueKind != JsonValueKind.Array)
            throw Refused.Malformed($"Input '{Tensor}' has no array 'data'.");
        var images = Elements(input.Data).ToList();
        if (images.Count == 0 || input.Shape is not ([_] or [_, 1]) || input.Shape[0] != images.Count)
            throw Refused.Malformed($"Input '{Tensor}' is said to be of shape [{string.Join(", ", input.Shape ?? [])}] and has {images.Count} elements; "
                + "[n] with n elements is expected, n at least 1.");
        if (images.Count > options.Value.MaxFiles)
            throw Refused.TooManyFiles(options.Value.MaxFiles);
        return [.. images.Select(Decode)];
    }

    // The data of a tensor of shape [n, 1] may be an array of arrays.
    private static IEnumerable<JsonElement> Elements(JsonElement data)
        => data.EnumerateArray().SelectMany(element => element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().AsEnumerable() : [element]);

    private byte[] Decode(JsonElement element, int at)
    {
        var most = options.Value.MaxFileBytes;
        if (element.ValueKind != JsonValueKind.String || !element.TryGetBytesFromBase64(out var bytes))
            throw Refused.Malformed($"Element {at} (counted from 0) of input '{Tensor}' is no text in base64.");
        return bytes.Length <= most ? bytes : throw Refused.FileTooLarge($"element {at} of input {Tensor}", most);
    }

    private static string Names(IReadOnlyList<InferenceInput>? inputs)
        => inputs is null or [] ? "none" : string.Join(", ", inputs.Take(5).Select(input => $"'{input.Name}'"));
}
