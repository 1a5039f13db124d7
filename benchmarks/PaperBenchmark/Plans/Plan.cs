using Microsoft.ML.LogitNorm;
using PaperBenchmark.Runs;
using Shared.CommandLine;

namespace PaperBenchmark.Plans;

/// <summary>Which networks each table and figure needs.</summary>
/// <param name="Preset">The budget.</param>
/// <param name="Dataset">The set to train on.</param>
/// <param name="Seeds">The seeds of the main comparison, one or more.</param>
/// <param name="OutlierSet">A set to train against; null for none.</param>
internal sealed record Plan(Preset Preset, string Dataset, IReadOnlyList<int> Seeds, string? OutlierSet = null)
{
    /// <summary>The table of other trainings than the paper's, which is made when it is asked for.</summary>
    public const string Trainings = "trainings";

    /// <summary>The names of all tables and figures, in the report's order.</summary>
    public static IReadOnlyList<string> Items { get; } =
    [
        "table-1", "table-2", "table-3", "table-4", "table-5", "table-6", "beyond",
        "figure-1", "figure-2", "figure-3", "figure-4", "figure-5",
    ];

    /// <summary>The seeds of the other comparisons.</summary>
    public IReadOnlyList<int> OtherSeeds => Preset.AllSeedsEverywhere ? Seeds : [Seeds[0]];

    public TrainingLoss CrossEntropy { get; } = TrainingLoss.CrossEntropy();

    public TrainingLoss LogitNorm => LogitNormAt(Preset.Tau);

    public TrainingLoss LogitPenalty => TrainingLoss.LogitPenalty(Preset.PenaltyWeight);

    public TrainingLoss ExtendedLogitNorm { get; } = TrainingLoss.ExtendedLogitNorm();

    /// <summary>All temperatures of the fifth figure, rising.</summary>
    public IReadOnlyList<double> Taus => [.. Preset.OtherTaus.Append(Preset.Tau).Distinct().Order()];

    /// <summary>All networks of the third table, the main one first.</summary>
    public IReadOnlyList<Backbone> Backbones => [Preset.Backbone, .. Preset.OtherBackbones];

    public TrainingLoss LogitNormAt(double tau) => TrainingLoss.LogitNorm(tau, Preset.TauWarmup);

    /// <summary>A run of the main network.</summary>
    public RunOptions Run(TrainingLoss loss, int seed, Backbone? backbone = null, Head? head = null) => new()
    {
        Dataset = Dataset,
        ImageSize = Preset.ImageSize,
        TrainLimit = Preset.TrainLimit,
        Backbone = backbone ?? Preset.Backbone,
        Head = head ?? Head.Linear(),
        Loss = loss,
        Epochs = Preset.Epochs,
        BatchSize = Preset.BatchSize,
        Schedule = Preset.Schedule,
        Augmentation = Preset.Augmentation,
        Seed = seed,
    };

    /// <summary>Generalized ODIN: its head, trained with cross-entropy.</summary>
    public RunOptions GeneralizedOdin(int seed) => Run(CrossEntropy, seed, head: Head.DecomposedConfidence());

    /// <summary>T2FNorm: its head, trained with cross-entropy.</summary>
    public RunOptions T2FNorm(int seed) => Run(CrossEntropy, seed, head: Head.T2FNorm());

    /// <summary>Outlier exposure with images made of the training images, of the kinds that no set here consists of.</summary>
    public RunOptions Synthetic(TrainingLoss loss, int seed)
        => Run(loss, seed) with { SyntheticOutliers = SyntheticOutliers.Jigsaws | SyntheticOutliers.Mixtures };

    /// <summary>Outlier exposure with a set.</summary>
    public RunOptions Exposed(TrainingLoss loss, int seed) => Run(loss, seed) with { OutlierSet = OutlierSet };

    /// <summary>The ways to train that are compared beside the paper's, by name.</summary>
    public IReadOnlyList<(string Name, Func<int, RunOptions> Run)> OtherTrainings =>
    [
        ("cross-entropy", seed => Run(CrossEntropy, seed)),
        ("cross-entropy, outliers made of training images", seed => Synthetic(CrossEntropy, seed)),
        .. OutlierSet is null
            ? []
            : new (string, Func<int, RunOptions>)[] { ($"cross-entropy, {OutlierSet} as outliers", seed => Exposed(CrossEntropy, seed)) },
        ("T2FNorm", T2FNorm),
        ("LogitNorm", seed => Run(LogitNorm, seed)),
        ("LogitNorm, outliers made of training images", seed => Synthetic(LogitNorm, seed)),
        .. OutlierSet is null ? [] : new (string, Func<int, RunOptions>)[] { ($"LogitNorm, {OutlierSet} as outliers", seed => Exposed(LogitNorm, seed)) },
    ];

    /// <summary>The runs of some tables and figures, each once, those that most of them need first.</summary>
    /// <param name="items">Some of <see cref="Items"/>, or <see cref="Trainings"/>; none for all of the former.</param>
    /// <exception cref="InputException">There is no such table or figure.</exception>
    public IReadOnlyList<RunOptions> Runs(IReadOnlyList<string>? items = null)
        => [.. (items is null or { Count: 0 } ? Items : items).SelectMany(RunsOf).DistinctBy(run => run.Hash)];

    /// <summary>
    /// The scores that are computed of a run: all for the table beyond the paper, else those of the paper's tables, and of that of other trainings.
    /// </summary>
    public IReadOnlyList<OodScore> Scores(RunOptions run) => IsOf("beyond", run) ? OodScores.All
        : IsOf(Trainings, run) ? [.. PaperScores.All.Union(PaperScores.OfTrainings)]
        : PaperScores.All;

    private bool IsOf(string item, RunOptions run) => RunsOf(item).Any(other => other.Hash == run.Hash);

    private IEnumerable<RunOptions> RunsOf(string item) => item switch
    {
        "table-1" or "table-2" or "table-4" => Both(Seeds),
        "table-3" => Backbones.SelectMany(backbone => OtherSeeds.SelectMany(seed => new[]
        {
            Run(CrossEntropy, seed, backbone), Run(LogitNorm, seed, backbone),
        })),
        "table-5" => [.. Both(OtherSeeds), .. OtherSeeds.Select(seed => Run(LogitPenalty, seed))],
        "table-6" => OtherSeeds.SelectMany(seed => new[] { GeneralizedOdin(seed), Run(LogitNorm, seed) }),
        "beyond" => [.. Both(OtherSeeds), .. OtherSeeds.Select(seed => Run(ExtendedLogitNorm, seed))],
        "figure-1" or "figure-2" or "figure-3" or "figure-4" => Both([Seeds[0]]),
        "figure-5" => [Run(CrossEntropy, Seeds[0]), .. Taus.Select(tau => Run(LogitNormAt(tau), Seeds[0]))],
        Trainings => Seeds.SelectMany(seed => OtherTrainings.Select(training => training.Run(seed))),
        _ => throw new InputException(
            $"{item}: there is no such table or figure.{NearestName.Hint(item, [.. Items, Trainings])} There are {string.Join(", ", Items)}, {Trainings}."),
    };

    private IEnumerable<RunOptions> Both(IReadOnlyList<int> seeds) => seeds.SelectMany(seed => new[] { Run(CrossEntropy, seed), Run(LogitNorm, seed) });
}
