using System.CommandLine;
using System.Globalization;
using PaperBenchmark.Plans;
using PaperBenchmark.Runs;
using Shared.CommandLine;

namespace PaperBenchmark.Commands;

/// <summary>The options that all commands but <c>download</c> share.</summary>
internal sealed class BenchmarkOptions
{
    private readonly Option<string> _preset = new("--preset", "-p")
    {
        Description = $"The budget. {string.Join(" ", Preset.All.Select(preset => $"{preset.Name}: {preset.Purpose}."))}",
        HelpName = "NAME",
        DefaultValueFactory = _ => "quick",
    };
    private readonly Option<string?> _dataset = new("--dataset")
    {
        Description = "The set to train on: cifar10, cifar100, or gratings (generated, for tries). Default: the preset's.",
        HelpName = "NAME",
    };
    private readonly Option<string> _dataRoot = new("--data-root")
    {
        Description = "The folder with the data sets, as `download` fills it or as you have them: see docs/datasets.md.",
        HelpName = "DIR",
        DefaultValueFactory = _ => "data",
    };
    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Where runs and reports go. Finished runs there are used again. "
            + "Default: artifacts/paper/PRESET, with the set's name behind it where that is not the preset's own, "
            + "and that of an added augmentation.",
        HelpName = "DIR",
    };
    private readonly Option<string?> _seeds = new("--seeds")
    {
        Description = "Seeds of the main comparison, with commas between. Default: the preset's (paper 1,2,3; quick and smoke 1,2; long 1). "
            + "All but paper make the other comparisons with the first one only.",
        HelpName = "LIST",
    };
    private readonly Option<string[]> _ood = new("--ood")
    {
        Description = "One more set of images of none of the classes: NAME=PATH, a folder or zip of images. Repeat for more.",
        HelpName = "NAME=PATH",
        DefaultValueFactory = _ => [],
    };
    private readonly Option<string?> _outliers = new("--outliers")
    {
        Description = "For `trainings`: a set of images of none of the classes to train against, a name or NAME=PATH. It is not measured on then.",
        HelpName = "SET",
    };
    private readonly Option<int?> _epochs = new("--epochs") { Description = "Epochs in place of the preset's.", HelpName = "N" };
    private readonly Option<int?> _trainLimit = new("--train-limit") { Description = "At most so many training images.", HelpName = "N" };
    private readonly Option<string> _augmentation = new("--augmentation")
    {
        Description = "Of the training images: crop-flip, or, behind it, cutout (DeVries and Taylor 2017) or pixmix (Hendrycks et al. 2022).",
        HelpName = "NAME",
        DefaultValueFactory = _ => Preset.Augmentations[0],
    };
    private readonly Option<string> _device = CommonOptions.Device("What trains and scores");
    private readonly Option<bool> _allOod = new("--all-ood")
    {
        Description = "Measure on all images of each out-of-distribution set, not on draws of a fifth of the test set's size as the paper does.",
    };
    private readonly Option<int> _draws = new("--draws")
    {
        Description = "How many such draws to take the mean of.",
        HelpName = "N",
        DefaultValueFactory = _ => 10,
    };

    private IEnumerable<Option> All =>
    [
        _preset, _dataset, _dataRoot, _output, _seeds, _ood, _outliers, _epochs, _trainLimit, _augmentation, _device, _allOod, _draws,
    ];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
    }

    /// <exception cref="InputException">A value cannot be used; says which would do.</exception>
    public BenchmarkSettings Read(ParseResult result)
    {
        var preset = Preset.Find(result.GetValue(_preset)!).With(result.GetValue(_augmentation)!);
        var changed = preset with
        {
            Epochs = OptionValue.AtLeastOne("--epochs", result.GetValue(_epochs)) ?? preset.Epochs,
            TrainLimit = OptionValue.AtLeastOne("--train-limit", result.GetValue(_trainLimit)) ?? preset.TrainLimit,
        };
        var dataset = Dataset(result.GetValue(_dataset)) ?? preset.Dataset;
        return new()
        {
            Preset = changed,
            Dataset = dataset,
            DataRoot = result.GetValue(_dataRoot)!,
            Output = result.GetValue(_output) ?? Path.Combine("artifacts", "paper", Folder(preset, dataset)),
            Seeds = result.GetValue(_seeds) is { } seeds ? Seeds(seeds) : preset.Seeds,
            Ood = Ood(result.GetValue(_ood) ?? []),
            Outliers = result.GetValue(_outliers),
            GpuDeviceId = OptionValue.Gpu("--device", result.GetValue(_device)!),
            AllOod = result.GetValue(_allOod),
            Draws = OptionValue.AtLeastOne("--draws", result.GetValue(_draws))!.Value,
            CommandLine = Given(result),
        };
    }

    private static string Folder(Preset preset, string dataset)
        => string.Join('-', ((string?[])[preset.Name, dataset == preset.Dataset ? null : dataset, preset.Added]).Where(part => part is not null));

    private static string? Dataset(string? name)
    {
        string[] labelled = ["cifar10", "cifar100", "gratings"];
        return name is null || labelled.Contains(name)
            ? name
            : throw new InputException($"--dataset {name}: this is no set to train on.{NearestName.Hint(name, labelled)} "
                + $"There are {string.Join(", ", labelled)}.");
    }

    private static IReadOnlyList<OodOption> Ood(string[] values)
    {
        var sets = OodOption.ParseAll(values);
        return sets.Any(set => set.Name == RunEvaluator.TestSet)
            ? throw new InputException($"--ood {RunEvaluator.TestSet}: the test images are called so. Give the set another name.")
            : sets;
    }

    private static IReadOnlyList<int> Seeds(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var seeds = parts.Select(part => int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed)
            ? seed
            : throw new InputException($"--seeds {text}: '{part}' is no whole number. Write, for example, --seeds 1,2,3.")).Distinct().ToArray();
        return seeds.Length > 0 ? seeds : throw new InputException($"--seeds {text}: give at least one whole number.");
    }

    // Only what was typed: defaults are the same next time.
    private string Given(ParseResult result)
        => string.Join(' ', All
            .Select(option => result.GetResult(option))
            .Where(option => option is { Implicit: false })
            .SelectMany(option => option!.Tokens.Count == 0
                ? [option.Option.Name]
                : option.Tokens.Select(token => $"{option.Option.Name} {Quoted(token.Value)}")));

    private static string Quoted(string argument) => argument.Any(char.IsWhiteSpace) ? $"\"{argument}\"" : argument;
}
