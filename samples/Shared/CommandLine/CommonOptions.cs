using System.CommandLine;

namespace Shared.CommandLine;

/// <summary>Options that several commands and programs have, described once.</summary>
public static class CommonOptions
{
    /// <summary><c>--device</c>, to be read by <see cref="OptionValue.Gpu"/>.</summary>
    /// <param name="purpose">What the device does, as "What trains".</param>
    public static Option<string> Device(string purpose) => new("--device")
    {
        Description = $"{purpose}: cpu, cuda, or cuda:1 for the second GPU. CUDA needs a build with -p:TorchBackend=cuda.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "cpu",
    };

    /// <summary><c>--limit</c>, to be read by <see cref="OptionValue.AtLeastOne"/>.</summary>
    /// <param name="images">What is limited, as "images per class".</param>
    public static Option<int?> Limit(string images) => new("--limit") { Description = $"At most so many {images}, for a quick try.", HelpName = "N" };

    /// <summary><c>--seed</c>.</summary>
    public static Option<int> Seed() => new("--seed")
    {
        Description = "Decides everything random; the same seed repeats itself on the same machine with the same number of threads.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    /// <summary><c>--false-alarm-rate</c>, to be read by <see cref="OptionValue.Share"/>.</summary>
    public static Option<double> FalseAlarmRate() => new("--false-alarm-rate")
    {
        Description = "The share of known images that may be taken for unknown; kept with a probability of 90 % where there are images enough to "
            + "calibrate on (45 for 0.05), otherwise on average.",
        HelpName = "X",
        DefaultValueFactory = _ => 0.05,
    };
}
