using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.LogitNorm;
using Shared.CommandLine;

namespace QuickStart;

/// <summary>
/// Reads a network as people write it, and as this program does: "WideResNet(16, 1)", "WideResNet(40, 2, 0.3)", "wrn-16-1", "ResNet18", "densenet-100-12".
/// </summary>
internal static partial class BackboneName
{
    public const string Examples = "WideResNet(16,1), wrn-40-2, ResNet18, ResNet34 or DenseNet(100,12)";

    /// <exception cref="InputException">It is none of the networks, or a size that they cannot have.</exception>
    public static Backbone Parse(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success)
            throw new InputException($"--backbone {text}: there is no such network. Write, for example, {Examples}.");
        var sizes = match.Groups["size"].Captures.Select(size => int.Parse(size.Value, CultureInfo.InvariantCulture)).ToArray();
        var dropout = match.Groups["dropout"] is { Success: true, Value: var share } ? double.Parse(share, CultureInfo.InvariantCulture) : 0;
        try
        {
            // No dropout unless asked for: on the few epochs of a quick start it costs accuracy. The paper's 0.3 belongs to its 200 epochs.
            return (match.Groups["family"].Value.ToLowerInvariant(), sizes) switch
            {
                ("wideresnet" or "wrn", [var depth, var widen]) => Backbone.WideResNet(depth, widen, dropout),
                ("resnet", [18]) => Backbone.ResNet18(),
                ("resnet", [34]) => Backbone.ResNet34(),
                ("resnet", [50]) => Backbone.ResNet50(),
                ("vgg", [var depth]) => Backbone.Vgg(depth),
                ("densenet", [var depth, var growth]) => Backbone.DenseNet(depth, growth, dropout),
                _ => throw new InputException($"--backbone {text}: these sizes do not go with that network. Write, for example, {Examples}."),
            };
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new InputException($"--backbone {text}: {e.Message}", e);
        }
    }

    [GeneratedRegex(
        @"^\s*(?<family>wideresnet|wrn|resnet|densenet|vgg)[\s\-(]*(?<size>\d{1,4})([\s,\-]+(?<size>\d{1,4})([\s,]+(?<dropout>0|0?\.\d+))?)?\s*(\(\s*)?\)?\s*$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
