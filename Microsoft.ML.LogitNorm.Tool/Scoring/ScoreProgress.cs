namespace LogitNormTool.Scoring;

/// <summary>Told how a shard's scoring goes.</summary>
/// <param name="Row">A row more is done.</param>
/// <param name="File">A file is written: its name, its rows, how many of the images cannot be read, how long it took.</param>
internal sealed record ScoreProgress(Action Row, Action<string, int, int, TimeSpan> File);
