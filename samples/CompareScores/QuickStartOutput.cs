using Shared.CommandLine;
using Shared.Painting;

namespace CompareScores;

/// <summary>What QuickStart leaves behind: the models and pictures to look at where the command line names none.</summary>
internal static class QuickStartOutput
{
    /// <summary>Where QuickStart writes unless told otherwise.</summary>
    public static string Folder { get; } = Path.Combine("artifacts", "quickstart");

    /// <summary>Settings without gaps.</summary>
    /// <exception cref="InputException">There is nothing to fill a gap with; says what to run or give.</exception>
    public static Settings FillIn(Settings settings)
    {
        if (settings.Models.Count == 0)
            settings = settings with { Models = Models(Folder) };
        if (settings.Models.FirstOrDefault(model => !File.Exists(model.Path)) is { } missing)
            throw new InputException($"--model {missing.Path}: there is no such file.");
        if (settings.Test is null)
            settings = WithPictures(settings, Path.Combine(Path.GetDirectoryName(settings.Models[0].Path)!, "pictures"));
        return settings.Ood.Count > 0 ? settings : settings with { Ood = [.. NoiseImages.Defaults] };
    }

    private static IReadOnlyList<ModelOption> Models(string folder)
    {
        ModelOption[] models = [new("LogitNorm", Path.Combine(folder, "model.zip")), new("cross-entropy", Path.Combine(folder, "model-cross-entropy.zip"))];
        return models.Where(model => File.Exists(model.Path)).ToArray() is { Length: > 0 } found ? found : throw new InputException(
            $"There is no model in {folder} yet. Train some first, with dotnet run --project samples/QuickStart -c Release, or name yours: "
                + "--model NAME=PATH --test PATH.");
    }

    private static Settings WithPictures(Settings settings, string pictures)
    {
        if (!Directory.Exists(Path.Combine(pictures, "test")))
            throw new InputException($"--test is missing, and there are no painted pictures in {Path.GetFullPath(pictures)}. "
                + "Give images of the model's classes that it was not trained on: --test PATH, and --train PATH with those that it was.");
        return settings with
        {
            Test = Path.Combine(pictures, "test"),
            Train = settings.Train ?? Path.Combine(pictures, "train"),
            Ood = settings.Ood.Count > 0
                ? settings.Ood
                : [.. Directory.EnumerateDirectories(pictures, "ood-*").Order(StringComparer.Ordinal).Select(set => $"{Path.GetFileName(set)[4..]}={set}")],
        };
    }
}
