using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.LogitNorm;

namespace PaperBenchmark.Runs;

/// <summary>Everything that decides the weights of a trained network. Two runs with equal options are the same run and share a folder.</summary>
internal sealed record RunOptions
{
    /// <summary>Raised whenever the same options would give other weights or other files than before.</summary>
    private const int Version = 1;

    /// <summary>The set to train on.</summary>
    public required string Dataset { get; init; }

    /// <summary>Width and height of the images.</summary>
    public required int ImageSize { get; init; }

    /// <summary>At most so many training images; null for all.</summary>
    public int? TrainLimit { get; init; }

    public required Backbone Backbone { get; init; }

    public Head Head { get; init; } = Head.Linear();

    public required TrainingLoss Loss { get; init; }

    public required int Epochs { get; init; }

    public int BatchSize { get; init; } = 128;

    public double LearningRate { get; init; } = 0.1;

    public required LearningRateSchedule Schedule { get; init; }

    public double Momentum { get; init; } = 0.9;

    public double WeightDecay { get; init; } = 5e-4;

    public required Augmentation Augmentation { get; init; }

    /// <summary>Outliers that are made of the training images.</summary>
    public SyntheticOutliers SyntheticOutliers { get; init; }

    /// <summary>The name of a set of outliers; null for none.</summary>
    public string? OutlierSet { get; init; }

    private bool HasOutliers => SyntheticOutliers != SyntheticOutliers.None || OutlierSet is not null;

    public required int Seed { get; init; }

    /// <summary>
    /// The options by name, as they are written down. Outliers stand there only where there are any, so that runs made before keep their names.
    /// </summary>
    public IReadOnlyDictionary<string, string> Description => HasOutliers
        ? new SortedDictionary<string, string>(Usual, StringComparer.Ordinal)
        {
            ["syntheticOutliers"] = SyntheticOutliers.ToString(),
            ["outlierSet"] = OutlierSet ?? "none",
        }
        : Usual;

    private SortedDictionary<string, string> Usual => new(StringComparer.Ordinal)
    {
        ["version"] = Text(Version),
        ["dataset"] = Dataset,
        ["imageSize"] = Text(ImageSize),
        ["trainLimit"] = TrainLimit is { } limit ? Text(limit) : "none",
        ["backbone"] = Backbone.ToString(),
        ["head"] = Head.ToString(),
        ["loss"] = Loss.ToString(),
        ["epochs"] = Text(Epochs),
        ["batchSize"] = Text(BatchSize),
        ["learningRate"] = LearningRate.ToString("R", CultureInfo.InvariantCulture),
        ["schedule"] = Schedule.ToString(),
        ["momentum"] = Momentum.ToString("R", CultureInfo.InvariantCulture),
        ["weightDecay"] = WeightDecay.ToString("R", CultureInfo.InvariantCulture),
        ["augmentation"] = Augmentation.ToString(),
        ["seed"] = Text(Seed),
    };

    /// <summary>The name of the run's folder: the first 12 hexadecimal digits of the SHA-256 of <see cref="Description"/>.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', Description.Select(option => $"{option.Key}={option.Value}")))))[..12];

    /// <summary>A line for people, such as <c>LogitNorm(tau: 0.04, warmup: 0.5), WideResNet(16, 1), seed 1</c>.</summary>
    public override string ToString() => $"{(Head == Head.Linear() ? "" : $"{Head} head, ")}{Loss}, {Outliers}{Backbone}, seed {Seed}";

    private string Outliers
        => $"{(SyntheticOutliers == SyntheticOutliers.None ? "" : $"against {SyntheticOutliers}, ")}{(OutlierSet is { } set ? $"against {set}, " : "")}";

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
