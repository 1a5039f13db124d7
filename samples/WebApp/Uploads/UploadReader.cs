using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using WebApp.Options;
using WebApp.Refusals;

namespace WebApp.Uploads;

/// <summary>Reads the files of a request into memory, and no more of it than is allowed.</summary>
internal sealed class UploadReader(IOptions<WebAppOptions> options)
{
    private const string Part = "file", Unnamed = "image";
    private const int MostHeaders = 8, MostHeaderBytes = 4 << 10, LongestBoundary = 70;   // RFC 2046

    /// <summary>Reads them.</summary>
    /// <exception cref="RefusedException">The request is none of images, or has too much.</exception>
    public async Task<IReadOnlyList<UploadedFile>> Read(HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentLength > options.Value.MaxRequestBytes)
            throw Refused.RequestTooLarge(options.Value.MaxRequestBytes);
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            throw Refused.WrongType(request.ContentType);
        using var body = new LimitedBody(request.Body, options.Value.MaxRequestBytes, options.Value);
        if (type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return await Parts(type, body, cancellation);
        if (type.Type.Equals("image", StringComparison.OrdinalIgnoreCase))
            return [new(Unnamed, await Bytes(Unnamed, body, cancellation))];
        throw Refused.WrongType(request.ContentType);
    }

    private async Task<IReadOnlyList<UploadedFile>> Parts(MediaTypeHeaderValue type, Stream body, CancellationToken cancellation)
    {
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        if (boundary.Length is 0 or > LongestBoundary)
            throw Refused.Malformed("The Content-Type multipart/form-data has no boundary of 1 to 70 characters.");
        var reader = new MultipartReader(boundary, body) { HeadersCountLimit = MostHeaders, HeadersLengthLimit = MostHeaderBytes };
        List<UploadedFile> files = [];
        HashSet<string> others = [];
        try
        {
            while (await reader.ReadNextSectionAsync(cancellation) is { } section)
                await Add(section);
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw Refused.Malformed($"The multipart/form-data of the request is not whole: {e.Message}");
        }
        return files.Count > 0 ? files : throw Refused.NoFile(others);

        async Task Add(MultipartSection section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || !disposition.IsFileDisposition()
                || HeaderUtilities.RemoveQuotes(disposition.Name) != Part)
            {
                others.Add(disposition is null ? "" : HeaderUtilities.RemoveQuotes(disposition.Name).ToString());
                return;   // what it holds is passed over, and counts among the request's bytes
            }
            if (files.Count == options.Value.MaxFiles)
                throw Refused.TooManyFiles(options.Value.MaxFiles);
            var name = HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).ToString();
            files.Add(new(name, await Bytes(name, section.Body, cancellation)));
        }
    }

    private async Task<byte[]> Bytes(string name, Stream stream, CancellationToken cancellation)
    {
        var most = options.Value.MaxFileBytes;
        using var bytes = new MemoryStream();
        var buffer = new byte[64 << 10];
        while (await stream.ReadAsync(buffer, cancellation) is > 0 and var count)
        {
            if (bytes.Length + count > most)
                throw Refused.FileTooLarge(name, most);
            bytes.Write(buffer, 0, count);
        }
        return bytes.ToArray();
    }
}
