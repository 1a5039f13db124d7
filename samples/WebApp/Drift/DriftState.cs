namespace WebApp.Drift;

/// <summary>What the drift test has found so far.</summary>
/// <param name="ImagesSeen">Images since its start.</param>
/// <param name="StartedAt">When it started: with the model, or when it was reset.</param>
/// <param name="Alarm">Whether the images have changed.</param>
/// <param name="Since">When that was noticed; null if it was not.</param>
/// <param name="FalseAlarmRate">How many alarms there are at most, on average, in <paramref name="OverImages"/> images although nothing has changed.</param>
/// <param name="OverImages">See <paramref name="FalseAlarmRate"/>.</param>
/// <param name="Evidence">
/// What a gambler has by now who bets 1 with each image that something has changed; the alarm is raised at <paramref name="AlarmAt"/>.
/// </param>
/// <param name="AlarmAt">See <paramref name="Evidence"/>.</param>
/// <param name="Message">The same in words.</param>
internal sealed record DriftState(
    long ImagesSeen,
    DateTimeOffset StartedAt,
    bool Alarm,
    DateTimeOffset? Since,
    double FalseAlarmRate,
    long OverImages,
    double Evidence,
    double AlarmAt,
    string Message);
