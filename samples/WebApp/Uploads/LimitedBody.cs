using WebApp.Options;
using WebApp.Refusals;

namespace WebApp.Uploads;

/// <summary>A request's body that refuses to be longer than allowed, also where its length was not told, and to take longer to arrive.</summary>
/// <param name="body">The body.</param>
/// <param name="most">The most bytes.</param>
/// <param name="limits">The same as it is told, and the time to arrive.</param>
internal sealed class LimitedBody(Stream body, long most, WebAppOptions limits) : Stream
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(limits.UploadSeconds));
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _read; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _deadline.Token);
        try
        {
            var count = await body.ReadAsync(buffer, either.Token);
            return (_read += count) <= most ? count : throw Refused.RequestTooLarge(limits.MaxRequestBytes);
        }
        catch (OperationCanceledException) when (_deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Refused.TooSlow(limits.UploadSeconds);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        _deadline.Dispose();
        base.Dispose(disposing);
    }
}
