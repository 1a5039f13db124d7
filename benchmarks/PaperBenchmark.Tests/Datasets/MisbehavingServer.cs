using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PaperBenchmark.Tests.Datasets;

/// <summary>An HTTP server on this machine that serves one file, with the faults that it is told to have.</summary>
internal sealed class MisbehavingServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private byte[] _content;

    public MisbehavingServer(byte[] content)
    {
        _content = content;
        _listener.Start();
        _serving = Serve();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/set.bin");

    /// <summary>Where each request began to read; null for those that wanted all.</summary>
    public List<long?> Ranges { get; } = [];

    /// <summary>For the first requests: after how many bytes to drop the connection.</summary>
    public Queue<int> DropAfter { get; set; } = new();

    /// <summary>For the first requests: an answer other than the file.</summary>
    public Queue<int> Statuses { get; set; } = new();

    public bool SupportsRanges { get; set; } = true;

    public bool Slow { get; set; }

    /// <summary>Whether a dropped connection is reset, and not just closed.</summary>
    public bool Resets { get; set; }

    /// <summary>What the file is after a connection was dropped; null if it stays.</summary>
    public byte[]? ContentAfterDrop { get; set; }

    public void Dispose()
    {
        _stop.Cancel();
        _serving.Wait(TimeSpan.FromSeconds(5));
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await Answer(client);
            }
        }
        catch (OperationCanceledException)
        {
            // disposed of
        }
    }

    private async Task Answer(TcpClient client)
    {
        var stream = client.GetStream();
        var headers = await ReadHeaders(stream);
        if (headers.Length == 0)
            return;
        var tag = $"\"{_content[0]}-{_content.Length}\"";
        var ranges = headers.Select(line => line.Split(':', 2)).Where(parts => parts[0].Equals("Range", StringComparison.OrdinalIgnoreCase));
        long? from = ranges.FirstOrDefault() is [_, var range]
            ? long.Parse(range.Split('=')[1].TrimEnd('-'))
            : null;
        Ranges.Add(from);
        if (Statuses.TryDequeue(out var status))
        {
            await Write(stream, $"HTTP/1.1 {status} Fault\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }

        var same = headers.Any(line => line.StartsWith("If-Range:", StringComparison.OrdinalIgnoreCase) && line.Contains(tag));
        var start = SupportsRanges && same ? (int)(from ?? 0) : 0;
        var part = start > 0
            ? $"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {start}-{_content.Length - 1}/{_content.Length}\r\n"
            : "HTTP/1.1 200 OK\r\n";
        await Write(
            stream,
            $"{part}Content-Length: {_content.Length - start}\r\nETag: {tag}\r\n"
            + "Content-Type: application/octet-stream\r\nConnection: close\r\n\r\n");
        var length = DropAfter.TryDequeue(out var most) ? most : _content.Length - start;
        foreach (var chunk in _content.AsMemory(start, length).ToArray().Chunk(Slow ? 30_000 : _content.Length))
        {
            await stream.WriteAsync(chunk);
            if (Slow)
                await Task.Delay(20);
        }
        await stream.FlushAsync();
        if (start + length < _content.Length)
        {
            _content = ContentAfterDrop ?? _content;
            if (Resets)
                client.LingerState = new(enable: true, seconds: 0);
        }
    }

    private static async Task<string[]> ReadHeaders(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var lines = new List<string>();
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
            lines.Add(line);
        return [.. lines];
    }

    private static ValueTask Write(NetworkStream stream, string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text));
}
