using System.Buffers;
using System.IO.Pipelines;
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

    private static readonly StreamPipeReaderOptions _segments = new(bufferSize: 64 << 10, leaveOpen: true);

    /// <summary>What the tensor is like.</summary>
    public static TensorMetadata Metadata { get; } = new(InputParser.Tensor, InputParser.Bytes, [-1]);

    /// <summary>Reads the request.</summary>
    /// <exception cref="RefusedException">It is too large, or no JSON of the protocol.</exception>
    public async Task<InferenceRequest> Read(HttpRequest request, CancellationToken cancellation)
    {
        var most = options.Value.MaxRequestBytes / 3 * 4 + Overhead;   // base64 takes four thirds
        if (request.ContentLength > most)
            throw Refused.RequestTooLarge(options.Value.MaxRequestBytes);
        using var body = new LimitedBody(request.Body, most, options.Value);
        var pipe = PipeReader.Create(body, _segments);
        try
        {
            // All of it, in segments as they arrive, as its sender may say that it will be longer than it is.
            var read = await pipe.ReadAsync(cancellation);
            for (; !read.IsCompleted; read = await pipe.ReadAsync(cancellation))
                pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            return Parsed(read.Buffer);
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }

    private InferenceRequest Parsed(ReadOnlySequence<byte> json)
    {
        try
        {
            return new InferenceParser(json, options.Value).Request();
        }
        // The latter is what the reader of JSON throws at texts that are no Unicode.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Refused.Malformed($"The request is no JSON of the protocol: {e.Message}");
        }
    }
}
