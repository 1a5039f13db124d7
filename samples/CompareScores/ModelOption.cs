using Shared.CommandLine;

namespace CompareScores;

/// <summary>One <c>--model</c>.</summary>
/// <param name="Name">How the model is called in the tables.</param>
/// <param name="Path">Its file.</param>
internal sealed record ModelOption(string Name, string Path)
{
    /// <summary>What it was given as, for errors.</summary>
    public string Option { get; init; } = "--model";

    /// <summary>The name as part of file names.</summary>
    public string FileName { get; } = string.Concat(Name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '-'));

    /// <summary>Reads all values of <c>--model</c>.</summary>
    /// <exception cref="InputException">A name or path is missing, or two models would write the same files.</exception>
    public static IReadOnlyList<ModelOption> ParseAll(IEnumerable<string> values)
    {
        ModelOption[] models = [.. values.Select(Parse)];
        var twice = models.GroupBy(model => model.FileName).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? models
            : throw new InputException($"--model: {string.Join(" and ", twice.Select(model => model.Path))} would both be called '{twice.First().Name}'. "
                + "Give each its own name, as --model NAME=PATH.");
    }

    /// <summary>Reads one value, NAME=PATH or PATH.</summary>
    /// <exception cref="InputException">The name or the path is missing.</exception>
    public static ModelOption Parse(string value)
        => value.IndexOf('=') is var at && (at < 0 || File.Exists(value))
            ? new(System.IO.Path.GetFileNameWithoutExtension(value), Required(value, value))
            : new(Required(value[..at], value), Required(value[(at + 1)..], value));

    private static string Required(string part, string value)
        => !string.IsNullOrWhiteSpace(part) ? part : throw new InputException($"--model {value}: expected NAME=PATH, or the path of a model file.");
}
