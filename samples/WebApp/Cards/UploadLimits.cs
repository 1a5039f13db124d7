using WebApp.Options;

namespace WebApp.Cards;

/// <summary>What a request may have.</summary>
/// <param name="MaxFiles">Files.</param>
/// <param name="MaxFileBytes">Bytes of a file.</param>
/// <param name="MaxRequestBytes">Bytes of all files together.</param>
/// <param name="MaxPixels">Pixels of an image.</param>
internal sealed record UploadLimits(int MaxFiles, long MaxFileBytes, long MaxRequestBytes, long MaxPixels)
{
    public static UploadLimits Of(WebAppOptions options) => new(options.MaxFiles, options.MaxFileBytes, options.MaxRequestBytes, options.MaxPixels);
}
