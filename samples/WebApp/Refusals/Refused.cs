using System.Globalization;
using WebApp.Options;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace WebApp.Refusals;

/// <summary>The reasons for which requests are refused.</summary>
internal static class Refused
{
    private const string TooLarge = "Too large";

    public static RefusedException NoModel(string status)
        => new(Status503ServiceUnavailable, "No model yet", status) { RetryAfter = TimeSpan.FromSeconds(10) };

    public static RefusedException Busy(int most)
        => new(Status503ServiceUnavailable, "Busy", Invariant(
            $"{most} requests are being worked on, and no more are let in ({Name(nameof(WebAppOptions.MaxConcurrency))} and ")
            + $"{Name(nameof(WebAppOptions.MaxQueue))}). Try again in a moment.")
        { RetryAfter = TimeSpan.FromSeconds(1) };

    public static RefusedException TooOften(int perMinute, TimeSpan? retryAfter)
        => new(Status429TooManyRequests, "Too many requests", Invariant(
            $"A client may ask {perMinute} times a minute ({Name(nameof(WebAppOptions.RequestsPerMinute))}). Try again later."))
        { RetryAfter = retryAfter ?? TimeSpan.FromSeconds(1) };

    public static RefusedException TooManyAtOnce(int most)
        => new(Status429TooManyRequests, "Too many requests", Invariant(
            $"A client may have {most} requests at a time ({Name(nameof(WebAppOptions.MaxPerClient))}). Try again in a moment."))
        { RetryAfter = TimeSpan.FromSeconds(1) };

    public static RefusedException OtherOrigin()
        => new(
            Status403Forbidden, "Another page",
            "The request was sent by a page of another origin. Send it from the application's own page, or by a program.");

    public static RefusedException WrongType(string? found)
        => new(Status415UnsupportedMediaType, "Wrong type", found is null
            ? "The request has no Content-Type. Send multipart/form-data with a part named 'file' for each image, or one image as image/*."
            : $"The request is of type '{found}'. Send multipart/form-data with a part named 'file' for each image, or one image as image/*.");

    public static RefusedException Malformed(string what)
        => new(Status400BadRequest, "Not understood", what);

    public static RefusedException NoFile(IReadOnlyCollection<string> others)
        => new(Status400BadRequest, "No file", others.Count == 0
            ? "The request has no parts. Send a part named 'file' for each image."
            : $"The request has no part named 'file' with a file in it, only {string.Join(", ", others.Take(5).Select(name => $"'{name}'"))}. "
                + "Send a part named 'file' for each image.");

    public static RefusedException TooManyFiles(int most)
        => new(Status413PayloadTooLarge, TooLarge, Invariant(
            $"The request has more than {most} files, which is the most that are taken ({Name(nameof(WebAppOptions.MaxFiles))}). ")
            + "Send the others in another request.");

    public static RefusedException FileTooLarge(string name, long most)
        => new(Status413PayloadTooLarge, TooLarge, Invariant(
            $"The file '{name}' has more than {most:N0} bytes, which is the most that are taken ({Name(nameof(WebAppOptions.MaxFileBytes))}). ")
            + "Send a smaller one.");

    public static RefusedException RequestTooLarge(long most)
        => new(Status413PayloadTooLarge, TooLarge, Invariant(
            $"The request has more than {most:N0} bytes, which is the most that are taken ({Name(nameof(WebAppOptions.MaxRequestBytes))}). ")
            + "Send the files in several requests.");

    public static RefusedException TooSlow(double seconds)
        => new(Status408RequestTimeout, "Too slow", Invariant(
            $"The request has not arrived within {seconds} seconds ({Name(nameof(WebAppOptions.UploadSeconds))}). ")
            + "Send fewer or smaller files in one request.");

    public static RefusedException Unreadable(string error)
        => new(Status422UnprocessableEntity, "Not a readable image", error);

    public static RefusedException NoImage(string version, int number)
        => new(
            Status404NotFound, "No such image",
            Invariant($"Model '{version}' has no image {number}, or another model serves by now. Ask /predict again, and take the picture that it names."));

    private static string Name(string option) => $"{WebAppOptions.Section}:{option}";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
