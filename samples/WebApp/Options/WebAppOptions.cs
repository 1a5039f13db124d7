namespace WebApp.Options;

/// <summary>The settings of the section <c>WebApp</c>. On the command line <c>--WebApp:MaxFiles 5</c>, in the environment <c>WebApp__MaxFiles=5</c>.</summary>
internal sealed record WebAppOptions
{
    public const string Section = "WebApp";

    /// <summary>The model file; <c>--model</c> for short. Null for QuickStart's, or one that the program makes.</summary>
    public string? Model { get; init; }

    /// <summary>Files of a request.</summary>
    public int MaxFiles { get; init; } = 20;

    /// <summary>Bytes of a file.</summary>
    public long MaxFileBytes { get; init; } = 10_000_000;

    /// <summary>Bytes of a request, all files together.</summary>
    public long MaxRequestBytes { get; init; } = 32_000_000;

    /// <summary>Pixels of an image, looked at before memory is spent on them. A PNG takes 4 bytes for each.</summary>
    public long MaxPixels { get; init; } = 50_000_000;

    /// <summary>Seconds in which a request must have arrived: until then it keeps its place among those that are let in.</summary>
    public double UploadSeconds { get; init; } = 60;

    /// <summary>Requests that are predicted at the same time; 0 for one a core.</summary>
    public int MaxConcurrency { get; init; }

    /// <summary>Requests that are read or wait meanwhile; more are sent away.</summary>
    public int MaxQueue { get; init; } = 16;

    /// <summary>Requests of one client that are let in at the same time; 0 for half of all.</summary>
    public int MaxPerClient { get; init; }

    /// <summary>Predictions that a client may ask for in a minute; 0 for as many as it likes.</summary>
    public int RequestsPerMinute { get; init; } = 600;

    /// <summary>Seconds between two looks at the model file.</summary>
    public double PollSeconds { get; init; } = 2;

    /// <summary>Seconds for which a changed model file must have stayed as it is before it is read.</summary>
    public double SettleSeconds { get; init; } = 1;

    /// <summary>Seconds after which a model file that was refused is tried again: what was wrong may have been memory, or the disk.</summary>
    public double RetrySeconds { get; init; } = 60;

    /// <summary>A file that the drift test is kept in, so that it goes on when the application starts again; null to begin anew each time.</summary>
    public string? DriftFile { get; init; }

    /// <summary>Seconds between two looks at whether <see cref="DriftFile"/> is to be written; it is also written at the end.</summary>
    public double DriftFileSeconds { get; init; } = 30;

    /// <summary>Seconds that requests in flight have to finish when the program is stopped.</summary>
    public double ShutdownSeconds { get; init; } = 30;

    /// <summary><see cref="MaxConcurrency"/>, or the number of cores.</summary>
    public int Concurrency => MaxConcurrency > 0 ? MaxConcurrency : Environment.ProcessorCount;

    /// <summary><see cref="MaxPerClient"/>, or half of all, rounded up.</summary>
    public int PerClient => MaxPerClient > 0 ? MaxPerClient : (Concurrency + MaxQueue + 1) / 2;
}
