using System.Globalization;

namespace Shared.CommandLine;

/// <summary>Values of command line options that several programs have.</summary>
public static class OptionValue
{
    /// <summary>A count, or null where the option was not given.</summary>
    /// <exception cref="InputException">It is less than 1.</exception>
    public static int? AtLeastOne(string option, int? value)
        => value is null or >= 1 ? value : throw new InputException($"{option} {value}: give a number of at least 1.");

    /// <summary>A size that may be nothing, or null where the option was not given.</summary>
    /// <exception cref="InputException">It is less than 0.</exception>
    public static int? NotNegative(string option, int? value)
        => value is null or >= 0 ? value : throw new InputException($"{option} {value}: give 0 or more.");

    /// <summary>A number within limits.</summary>
    /// <exception cref="InputException">It is outside.</exception>
    public static int Between(string option, int value, int least, int most)
        => value >= least && value <= most ? value : throw new InputException($"{option} {value}: give a number from {least:N0} to {most:N0}.");

    /// <summary>Something between none and all.</summary>
    /// <exception cref="InputException">It is not between 0 and 1.</exception>
    public static double Share(string option, double value)
        => value is > 0 and < 1 ? value : throw new InputException($"{option} {value}: give a share between 0 and 1, such as 0.05.");

    /// <summary>The number of a GPU; null for the CPU.</summary>
    /// <exception cref="InputException">It is no device.</exception>
    public static int? Gpu(string option, string device) => device.ToLowerInvariant() switch
    {
        "cpu" => null,
        "cuda" => 0,
        var name when name.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var id) => id,
        _ => throw new InputException($"{option} {device}: expected cpu, cuda, or cuda:N with the GPU's number."),
    };
}
