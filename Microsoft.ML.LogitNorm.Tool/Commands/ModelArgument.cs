using System.CommandLine;

namespace LogitNormTool.Commands;

/// <summary>The model that a command looks at.</summary>
internal static class ModelArgument
{
    public static Argument<string> Create()
        => new("MODEL") { Description = "A model.zip that logitnorm train, QuickStart, or code like theirs has saved." };
}
