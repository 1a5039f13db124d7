using WebApp.Engines;

namespace WebApp.Predictions;

/// <summary>Why an image cannot be read, said to whoever sent it rather than to whoever trains: without the column, and what to do with its row.</summary>
internal static class ImageFault
{
    private const string Prefix = $"The image in column '{nameof(Upload.Bytes)}'";

    public static string InWords(string error)
    {
        var problem = error.StartsWith(Prefix, StringComparison.Ordinal) ? $"The file{error[Prefix.Length..]}" : error;
        return problem.IndexOf(". ", StringComparison.Ordinal) is >= 0 and var end ? problem[..(end + 1)] : problem;
    }
}
