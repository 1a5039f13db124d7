using System.CommandLine;

namespace Shared.CommandLine;

/// <summary>Options that several commands and programs have, described once.</summary>
public static class CommonOptions
{
    /// <summary><c>--device</c>, to be read by <see cref="OptionValue.Gpu"/>.</summary>
    /// <param name="purpose">What the device is for: "What trains".</param>
    public static Option<string> Device(string purpose) => new("--device")
    {
        Description = $"{purpose}: cpu, cuda, or cuda:1 for the second GPU. CUDA needs a build with -p:TorchBackend=cuda.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "cpu",
    };
}
