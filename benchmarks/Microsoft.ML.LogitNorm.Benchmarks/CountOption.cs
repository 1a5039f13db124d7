using System.CommandLine;

namespace Microsoft.ML.LogitNorm.Benchmarks;

/// <summary>An option of a command that says how many.</summary>
internal static class CountOption
{
    /// <summary>The option; a value below 1 is refused.</summary>
    /// <param name="name">Its name, with dashes.</param>
    /// <param name="description">What is counted, for the help.</param>
    /// <param name="usual">The value where none is given.</param>
    public static Option<int> Create(string name, string description, int usual)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError($"{name} is {result.GetValueOrDefault<int>()}; it must be at least 1.");
        });
        return option;
    }
}
