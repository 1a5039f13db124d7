namespace WebApp.Drift;

/// <summary>A running test of whether p-values still are what those of known images would be. Not for several threads at once.</summary>
internal interface IDriftTest
{
    /// <summary>The probability with which it ever raises an alarm although nothing has changed.</summary>
    double FalseAlarmRate { get; }

    /// <summary>How far the images speak against "nothing has changed": the bets' gain, which reaches 1 / <see cref="FalseAlarmRate"/> at the alarm.</summary>
    double Evidence { get; }

    /// <summary>Whether it has raised the alarm.</summary>
    bool IsAlarm { get; }

    /// <summary>Takes the p-value of the next image.</summary>
    void Add(double pValue);
}
