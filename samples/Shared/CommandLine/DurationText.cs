using System.Globalization;

namespace Shared.CommandLine;

/// <summary>How long something takes, for people.</summary>
public static class DurationText
{
    /// <summary>A time span in the unit that suits it: "40 s", "12 min", "3 h 20 min", "5 d 2 h".</summary>
    public static string Of(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1.5 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalSeconds):F0} s"),
        { TotalHours: < 1.5 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:F0} min"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalDays} d {time.Hours} h"),
    };
}
