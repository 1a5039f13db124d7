using Microsoft.ML.LogitNorm;
using Shared.CommandLine;

namespace PaperBenchmark.Plans;

/// <summary>A budget: the same experiments with the paper's recipe, in minutes, or in seconds.</summary>
internal sealed record Preset
{
    public required string Name { get; init; }

    /// <summary>What it is for, in a line.</summary>
    public required string Purpose { get; init; }

    /// <summary>The set to train on unless asked otherwise.</summary>
    public required string Dataset { get; init; }

    public required int ImageSize { get; init; }

    /// <summary>At most so many training images; null for all.</summary>
    public int? TrainLimit { get; init; }

    /// <summary>At most so many test images; null for all.</summary>
    public int? TestLimit { get; init; }

    /// <summary>At most so many images of each out-of-distribution set; null for all.</summary>
    public int? OodLimit { get; init; }

    /// <summary>The network of all tables but the third.</summary>
    public required Backbone Backbone { get; init; }

    /// <summary>The other networks of the third table.</summary>
    public required IReadOnlyList<Backbone> OtherBackbones { get; init; }

    public required int Epochs { get; init; }

    public int BatchSize { get; init; } = 128;

    public required LearningRateSchedule Schedule { get; init; }

    public required Augmentation Augmentation { get; init; }

    /// <summary>LogitNorm's temperature.</summary>
    public double Tau { get; init; } = 0.04;

    /// <summary>Share of the steps over which it falls from 1.</summary>
    public required double TauWarmup { get; init; }

    /// <summary>The other temperatures of the fifth figure.</summary>
    public required IReadOnlyList<double> OtherTaus { get; init; }

    /// <summary>Weight of the logit penalty of the fifth table.</summary>
    public double PenaltyWeight { get; init; } = 0.05;

    /// <summary>Out-of-distribution sets. Those that are not there leave a gap.</summary>
    public required IReadOnlyList<string> OodSets { get; init; }

    /// <summary>Whether sets that lie in the data root as <c>ood-NAME</c> take part too.</summary>
    public required bool TakesUnlistedSets { get; init; }

    /// <summary>The seeds of the main comparison, unless asked otherwise.</summary>
    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>Whether all other comparisons have all seeds too, and not just the first.</summary>
    public required bool AllSeedsEverywhere { get; init; }

    /// <summary>Shown all over the report; null where the figures are results.</summary>
    public string? Banner { get; init; }

    /// <summary>Whether it is the paper's own recipe, not changed by an option.</summary>
    public bool IsThePapers => Name == "paper" && Epochs == 200 && TrainLimit is null && Added is null;

    /// <summary>The budget as it is, with what options changed.</summary>
    public string Budget
        => $"{Backbone}, {Epochs} epochs{(TrainLimit is { } limit ? $", at most {limit:N0} training images" : "")}"
            + (Added is null ? "" : $", with {Augmentation}");

    /// <summary>What <see cref="With"/> has added to the augmentation, such as "pixmix"; null for nothing.</summary>
    public string? Added { get; private init; }

    /// <summary>What <see cref="With"/> takes.</summary>
    public static IReadOnlyList<string> Augmentations { get; } = ["crop-flip", "cutout", "pixmix"];

    private static readonly string[] _noise = ["gaussian-noise", "uniform-noise", "rademacher-noise", "blobs"];

    public static IReadOnlyList<Preset> All { get; } =
    [
        new()
        {
            Name = "paper",
            Purpose = "the paper's recipe: WRN-40-2, 200 epochs; needs a GPU and days",
            Dataset = "cifar10",
            ImageSize = 32,
            Backbone = Backbone.WideResNet(40, 2, 0.3),
            OtherBackbones = [Backbone.ResNet34(), Backbone.DenseNet(100, 12)],
            Epochs = 200,
            Schedule = LearningRateSchedule.Milestones(),
            Augmentation = Augmentation.CropAndFlip(),
            TauWarmup = 0,
            OtherTaus = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 1],
            OodSets = ["textures", "svhn", "lsun-crop", "lsun-resize", "isun", "places365"],
            TakesUnlistedSets = false,
            Seeds = [1, 2, 3],
            AllSeedsEverywhere = true,
        },
        new()
        {
            Name = "quick",
            Purpose = "WideResNet(16, 1), 10 epochs: some ten minutes for each network on two cores",
            Dataset = "cifar10",
            ImageSize = 32,
            Backbone = Backbone.WideResNet(16, 1, 0),
            OtherBackbones = [Backbone.WideResNet(10, 1, 0), Backbone.DenseNet(16, 12)],
            Epochs = 10,
            Schedule = LearningRateSchedule.OneCycle(),
            Augmentation = Augmentation.CropAndFlip(),
            TauWarmup = 0.5,
            OtherTaus = [0.01, 0.1],
            OodSets = ["textures", "svhn", "lsun-crop", "lsun-resize", "isun", "places365", .. _noise],
            TakesUnlistedSets = true,
            Seeds = [1, 2],
            AllSeedsEverywhere = false,
        },
        new()
        {
            Name = "long",
            Purpose = "WideResNet(16, 1), 100 epochs by the paper's recipe: one or two hours for each network on two cores",
            Dataset = "cifar10",
            ImageSize = 32,
            TrainLimit = 47_500,
            Backbone = Backbone.WideResNet(16, 1, 0),
            OtherBackbones = [],
            Epochs = 100,
            Schedule = LearningRateSchedule.Milestones(),
            Augmentation = Augmentation.CropAndFlip(),
            TauWarmup = 0,
            OtherTaus = [],
            OodSets = ["textures", "svhn", "lsun-crop", "lsun-resize", "isun", "places365", .. _noise],
            TakesUnlistedSets = true,
            Seeds = [1],
            AllSeedsEverywhere = false,
        },
        new()
        {
            Name = "smoke",
            Purpose = "seconds for each network, on generated images: shows that the program works, and nothing else",
            Dataset = "gratings",
            ImageSize = 16,
            TrainLimit = 640,
            TestLimit = 200,
            OodLimit = 200,
            Backbone = Backbone.WideResNet(10, 1, 0),
            OtherBackbones = [Backbone.DenseNet(10, 4)],
            Epochs = 2,
            BatchSize = 32,
            Schedule = LearningRateSchedule.OneCycle(),
            Augmentation = Augmentation.CropAndFlip(2, flip: false),
            TauWarmup = 0.5,
            OtherTaus = [0.1],
            OodSets = _noise,
            TakesUnlistedSets = false,
            Seeds = [1, 2],
            AllSeedsEverywhere = false,
            Banner = "smoke: not results",
        },
    ];

    /// <summary>The preset with another augmentation behind its own crop and flip, for all its runs.</summary>
    /// <param name="augmentation">"crop-flip" for nothing more, "cutout" for a square of half the image's side, "pixmix".</param>
    /// <exception cref="InputException">There is none of that name.</exception>
    public Preset With(string augmentation) => augmentation switch
    {
        "crop-flip" => this,
        "cutout" => this with { Added = augmentation, Augmentation = Augmentation.Of(Augmentation, Augmentation.Cutout(ImageSize / 2)) },
        "pixmix" => this with { Added = augmentation, Augmentation = Augmentation.Of(Augmentation, Augmentation.PixMix()) },
        _ => throw new InputException($"--augmentation {augmentation}: there is no such augmentation."
            + $"{NearestName.Hint(augmentation, Augmentations)} There are {string.Join(", ", Augmentations)}."),
    };

    /// <exception cref="InputException">There is none of that name.</exception>
    public static Preset Find(string name)
        => All.FirstOrDefault(preset => preset.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new InputException($"--preset {name}: there is no such preset.{NearestName.Hint(name, All.Select(preset => preset.Name))} There are "
                + $"{string.Join(", ", All.Select(preset => preset.Name))}.");
}
