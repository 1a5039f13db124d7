using System.Diagnostics;
using System.Globalization;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Times a network's scoring copy against the network itself, once and briefly: it is the processor that decides which of them is faster.</summary>
/// <remarks>
/// They take turns, and the shortest pass of each counts, since what disturbs a pass only makes it longer. The copy stays unless the network is clearly faster,
/// three times in a row: the last bits of what is scored depend on the choice, so noise must not make it. An application that needs the same bits in
/// every process of a machine, however busy, switches the timing off by <see cref="Switch"/> in its runtimeconfig; then the copy scores.
/// </remarks>
/// <param name="Folded">Milliseconds of the copy, for a pass of small images.</param>
/// <param name="Original">Milliseconds of the network, for the same.</param>
internal readonly record struct ScoringTrial(double Folded, double Original)
{
    /// <summary>An AppContext switch; false keeps the copy untimed.</summary>
    public const string Switch = "Microsoft.ML.LogitNorm.TimeScoringCopy";

    /// <summary>What was not timed: the copy stays.</summary>
    public static readonly ScoringTrial None = new(double.NaN, double.NaN);

    /// <summary>Rounds of single images, and of full passes, that end before the time is up.</summary>
    public const int SingleRounds = 7, SeveralRounds = 3;

    private const int Measurements = 3;

    /// <summary>The network must take less than this share of the copy's time.</summary>
    private const double ClearlyFaster = 0.9;

    private static readonly TimeSpan _budget = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether the application wants the copy timed.</summary>
    public static bool IsWanted => !AppContext.TryGetSwitch(Switch, out var wanted) || wanted;

    /// <summary>Whether the copy is to score.</summary>
    public bool KeepsFolded => !(Original < ClearlyFaster * Folded);

    /// <summary>Times both, and again where the network seems faster.</summary>
    /// <param name="folded">A pass of the copy that waits for its result. It has run before.</param>
    /// <param name="original">A pass of the network, the same.</param>
    /// <param name="rounds">How often at most, within about 0.1 s.</param>
    public static ScoringTrial Run(Action folded, Action original, int rounds) => Confirmed(() => Measure(folded, original, rounds));

    /// <summary>How long a pass takes, in milliseconds; what it makes is freed.</summary>
    public static double Milliseconds(Action pass)
    {
        using var scope = NewDisposeScope();
        var start = Stopwatch.GetTimestamp();
        pass();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>The first measurement that is not against the copy, or the last of three that are.</summary>
    internal static ScoringTrial Confirmed(Func<ScoringTrial> measure)
    {
        var trial = measure();
        for (var i = 1; i < Measurements && !trial.KeepsFolded; i++)
            trial = measure();
        return trial;
    }

    public override string ToString()
        => double.IsNaN(Folded) ? "not timed" : string.Create(
            CultureInfo.InvariantCulture, $"{Folded:0.00} ms by the copy with folded batch norms, {Original:0.00} ms by the network itself");

    private static ScoringTrial Measure(Action folded, Action original, int rounds)
    {
        var trial = new ScoringTrial(double.MaxValue, double.MaxValue);
        var start = Stopwatch.GetTimestamp();
        for (var round = 0; round < rounds && (round == 0 || Stopwatch.GetElapsedTime(start) < _budget); round++)
            trial = new(Math.Min(trial.Folded, Milliseconds(folded)), Math.Min(trial.Original, Milliseconds(original)));
        return trial;
    }
}
