using System.Net;
using System.Net.Http.Headers;
using Polly;
using Polly.Retry;
using Shared.CommandLine;

namespace PaperBenchmark.Datasets.Download;

/// <summary>Fetches files so that a file of the final name is always whole and verified.</summary>
/// <remarks>
/// What has arrived lies in <c>NAME.part</c> and is continued after a lost connection, a killed program or a restart, as long as the server
/// still has the same version (HTTP Range with If-Range, RFC 9110 section 13.1.5). Bytes that are not the published ones are thrown away.
/// </remarks>
internal sealed class Downloader(HttpClient http, DownloadOptions options)
{
    private const int BufferBytes = 1 << 16;

    /// <summary>A client that waits as long as bytes keep coming.</summary>
    public static HttpClient CreateClient()
    {
        var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("PaperBenchmark", typeof(Downloader).Assembly.GetName().Version?.ToString(3)));
        return http;
    }

    /// <summary>Fetches a file, unless it is there.</summary>
    /// <param name="file">The file.</param>
    /// <param name="folder">Where it goes.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellation">Stops; what has arrived stays for the next time.</param>
    /// <exception cref="InputException">It cannot be had, cannot be written, or is not what was published.</exception>
    public async Task Fetch(RemoteFile file, string folder, IProgress<DownloadProgress> progress, CancellationToken cancellation)
    {
        var part = new PartialFile(Path.Combine(folder, file.Name));
        if (File.Exists(part.Target))
        {
            await RequireIntact(file, part.Target, progress, cancellation);
            return;
        }

        WritableFolder.Require(folder, Math.Max(0, (file.Bytes ?? 0) - part.Length));
        try
        {
            await Retrying().ExecuteAsync(async token => await Attempt(file, part, progress, token), cancellation);
            await Verify(file, part, progress, cancellation);
            part.Finish();
        }
        catch (Exception e) when (e is HttpRequestException or TransferException or IOException or UnauthorizedAccessException)
        {
            var kept = part.Length > 0 ? " What has arrived is kept; run the command again to go on." : "";
            throw new InputException($"{file.Name} could not be fetched from {file.Address}: {e.Message.TrimEnd('.')}.{kept} {ByHand(part.Target)}", e);
        }
    }

    private ResiliencePipeline Retrying() => new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions
    {
        MaxRetryAttempts = options.Retries,
        BackoffType = DelayBackoffType.Exponential,
        Delay = options.FirstDelay,
        UseJitter = true,
        ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>().Handle<TransferException>(e => e.MayPass),
    }).Build();

    private async Task Attempt(RemoteFile file, PartialFile part, IProgress<DownloadProgress> progress, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(options.Silence);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, file.Address);
            var begun = part.Version is { Condition: not null } version && version.Address == file.Address ? version : null;
            if (begun is not null)
            {
                request.Headers.Range = new(part.Length, null);
                request.Headers.IfRange = begun.Condition;
            }

            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
            await Receive(file, part, response, progress, silence);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TransferException($"the server has sent nothing for {options.Silence.TotalSeconds:0.#} seconds", mayPass: true);
        }
        catch (HttpIOException e)
        {
            throw new TransferException($"the connection was lost after {part.Length:N0} bytes", mayPass: true, e);
        }
    }

    private async Task Receive(
        RemoteFile file, PartialFile part, HttpResponseMessage response, IProgress<DownloadProgress> progress, CancellationTokenSource silence)
    {
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            if (response.Content.Headers.ContentRange?.Length == part.Length)
                return;   // everything had arrived before
            part.Delete();
            throw new TransferException("the server has another file than the one that was begun", mayPass: true);
        }

        RequireFile(response);
        var append = response.StatusCode == HttpStatusCode.PartialContent;
        if (append && response.Content.Headers.ContentRange?.From != part.Length)
        {
            part.Delete();
            throw new TransferException("the server sent another part of the file than was asked for", mayPass: true);
        }

        var total = append ? response.Content.Headers.ContentRange!.Length : response.Content.Headers.ContentLength;
        if (file.Bytes is { } published && total is { } announced && announced != published)
            throw new TransferException($"the server offers {announced:N0} bytes, but the published file has {published:N0}", mayPass: false);

        await using (var target = part.Open(append, FileVersion.Of(file.Address, response)))
            await Copy(response, target, total ?? file.Bytes, progress, silence);
        if (total is { } all && part.Length < all)
            throw new TransferException($"the connection was lost after {part.Length:N0} of {all:N0} bytes", mayPass: true);
    }

    private static void RequireFile(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw new TransferException($"the server answered {(int)response.StatusCode} {response.ReasonPhrase}",
                mayPass: (int)response.StatusCode >= 500 || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);
        }

        if (response.Content.Headers.ContentType?.MediaType == "text/html")
            throw new TransferException("the server sent a web page instead of the file", mayPass: false);
    }

    private async Task Copy(HttpResponseMessage response, FileStream target, long? total, IProgress<DownloadProgress> progress, CancellationTokenSource silence)
    {
        await using var source = await response.Content.ReadAsStreamAsync(silence.Token);
        var buffer = new byte[BufferBytes];
        while (true)
        {
            silence.CancelAfter(options.Silence);
            var read = await Read(source, buffer, silence.Token);
            if (read == 0)
                return;
            await target.WriteAsync(buffer.AsMemory(0, read), CancellationToken.None);
            progress.Report(new(target.Position, total, Doing: "fetching"));
        }
    }

    // A connection that is reset is an error of the socket, which looks like one of the disk: told apart here, as only the first may pass.
    private static async Task<int> Read(Stream source, byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            return await source.ReadAsync(buffer, cancellation);
        }
        catch (IOException e)
        {
            throw new TransferException("the connection was lost", mayPass: true, e);
        }
    }

    // What was fetched wrong would be wrong for ever: it is removed, so that the next attempt starts anew.
    private static async Task Verify(RemoteFile file, PartialFile part, IProgress<DownloadProgress> progress, CancellationToken cancellation)
    {
        if (await Difference(file, part.Path, progress, cancellation) is not { } difference)
            return;
        part.Delete();
        throw new InputException($"{file.Name} from {file.Address} is not the published file: {difference}. It was removed; try again. {ByHand(part.Target)}");
    }

    private static async Task RequireIntact(RemoteFile file, string path, IProgress<DownloadProgress> progress, CancellationToken cancellation)
    {
        if (await Difference(file, path, progress, cancellation) is { } difference)
            throw new InputException($"'{path}' is not the published file: {difference}. Remove it to fetch it again, or leave it if it is what you want.");
    }

    private static async Task<string?> Difference(RemoteFile file, string path, IProgress<DownloadProgress> progress, CancellationToken cancellation)
    {
        var length = new FileInfo(path).Length;
        progress.Report(new(length, file.Bytes ?? length, Doing: "verifying"));
        if (file.Bytes is { } bytes && bytes != length)
            return $"it has {length:N0} bytes; expected {bytes:N0}";
        var found = await file.Checksum.Of(path, cancellation);
        return found == file.Checksum.Hex ? null : $"its {file.Checksum.Kind.Name} is {found}; expected {file.Checksum.Hex} ({file.Checksum.Source})";
    }

    private static string ByHand(string path) => $"Or fetch it in another way, and save it as '{path}'.";

    /// <summary>A transfer that failed.</summary>
    private sealed class TransferException(string message, bool mayPass, Exception? inner = null) : Exception(message, inner)
    {
        /// <summary>True if trying again may help.</summary>
        public bool MayPass { get; } = mayPass;
    }
}
