using System.Net;
using System.Net.Http.Headers;

namespace WebApp.Tests.Support;

/// <summary>A body that is sent but for its last byte, which waits.</summary>
internal sealed class SlowBody : HttpContent
{
    private readonly byte[] _body;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _rest = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SlowBody(byte[] body, string type)
    {
        _body = body;
        Headers.ContentType = new MediaTypeHeaderValue(type);
    }

    public static SlowBody Image(byte[] png) => new(png, "image/png");

    public Task Started => _started.Task;

    /// <summary>Sends the last byte.</summary>
    public void Finish() => _rest.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(_body.AsMemory(0, _body.Length - 1));
        await stream.FlushAsync();
        _started.SetResult();
        await _rest.Task;
        await stream.WriteAsync(_body.AsMemory(_body.Length - 1));
    }

    // No request may wait for ever, should its test fail.
    protected override void Dispose(bool disposing)
    {
        Finish();
        base.Dispose(disposing);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
