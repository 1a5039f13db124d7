using Shared.CommandLine;

namespace WebApp.Engines;

/// <summary>Which file is served.</summary>
/// <param name="Path">The file.</param>
/// <param name="IsMade">Whether the program has made it, or will.</param>
internal sealed record ModelPath(string Path, bool IsMade)
{
    private static readonly string _quickStart = System.IO.Path.Combine("artifacts", "quickstart", "model.zip");
    private static readonly string _made = System.IO.Path.Combine("artifacts", "webapp", "model.zip");

    /// <summary>The file that was asked for, else QuickStart's, else one of the program's own.</summary>
    /// <param name="asked">The value of <c>--model</c>; null for none.</param>
    /// <exception cref="InputException">The file that was asked for is not there.</exception>
    public static ModelPath Of(string? asked)
    {
        if (asked is null)
            return File.Exists(_quickStart) ? new(_quickStart, IsMade: false) : new(_made, IsMade: true);
        return File.Exists(asked)
            ? new(asked, IsMade: false)
            : throw new InputException($"--model {asked}: there is no such file. Train a model, by QuickStart or `logitnorm train`, or leave --model out.");
    }
}
