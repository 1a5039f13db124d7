using System.CommandLine;
using CompareScores;

namespace LogitNormTool.Commands;

/// <summary>The command line.</summary>
internal static class ToolCommand
{
    public static RootCommand Create()
        => new("Learns to tell your photos apart from a folder of them, and says of any other image what it is, or that it is none of the things it knows. "
            + "Begin with: logitnorm train PHOTOS, where PHOTOS has one sub-folder of images for each class.")
        {
            TrainCommand.Create(),
            PredictCommand.Create(),
            ScoreCommand.Create(),
            MergeCommand.Create(),
            EvaluateCommand.Create(),
            CompareCommand.Define(new Command("compare"), "logitnorm compare"),
            AuditCommand.Create(),
            InfoCommand.Create(),
            ExportCommand.Create(),
        };
}
