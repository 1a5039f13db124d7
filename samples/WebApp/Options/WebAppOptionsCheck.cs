using System.Globalization;
using Microsoft.Extensions.Options;

namespace WebApp.Options;

/// <summary>Refuses settings that cannot be, before the program listens.</summary>
internal sealed class WebAppOptionsCheck : IValidateOptions<WebAppOptions>
{
    private const double LongestTimer = 1_000_000;   // seconds; .NET's takes no more than four times that

    public ValidateOptionsResult Validate(string? name, WebAppOptions options)
    {
        string[] faults =
        [
            .. Least(nameof(options.MaxFiles), options.MaxFiles, 1),
            .. Least(nameof(options.MaxFileBytes), options.MaxFileBytes, 1),
            .. Least(nameof(options.MaxRequestBytes), options.MaxRequestBytes, options.MaxFileBytes),
            .. Least(nameof(options.MaxPixels), options.MaxPixels, 1),
            .. Least(nameof(options.UploadSeconds), options.UploadSeconds, 0.01),
            .. Least(nameof(options.MaxConcurrency), options.MaxConcurrency, 0),
            .. Least(nameof(options.MaxQueue), options.MaxQueue, 0),
            .. Least(nameof(options.MaxPerClient), options.MaxPerClient, 0),
            .. Least(nameof(options.RequestsPerMinute), options.RequestsPerMinute, 0),
            .. Within(nameof(options.PollSeconds), options.PollSeconds, 0.01, LongestTimer),
            .. Least(nameof(options.SettleSeconds), options.SettleSeconds, 0),
            .. Least(nameof(options.RetrySeconds), options.RetrySeconds, 0),
            .. Within(nameof(options.DriftFileSeconds), options.DriftFileSeconds, 0.01, LongestTimer),
            .. Least(nameof(options.ShutdownSeconds), options.ShutdownSeconds, 0),
        ];
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Within(string option, double value, double least, double most)
        => value > most
            ? [string.Create(CultureInfo.InvariantCulture, $"{WebAppOptions.Section}:{option} is {value}; at most {most} is expected.")]
            : Least(option, value, least);

    private static IEnumerable<string> Least(string option, double value, double least)
    {
        if (!(value >= least && double.IsFinite(value)))
            yield return string.Create(CultureInfo.InvariantCulture, $"{WebAppOptions.Section}:{option} is {value}; at least {least} is expected.");
    }
}
