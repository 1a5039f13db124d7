using System.CommandLine;
using BenchmarkDotNet.Running;
using Microsoft.ML.LogitNorm.Benchmarks;
using Microsoft.ML.LogitNorm.Benchmarks.Augmentations;
using Microsoft.ML.LogitNorm.Benchmarks.DefaultScore;
using Microsoft.ML.LogitNorm.Benchmarks.Detector;
using Microsoft.ML.LogitNorm.Benchmarks.Drift;
using Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;
using Microsoft.ML.LogitNorm.Benchmarks.Growth;
using Microsoft.ML.LogitNorm.Benchmarks.Onnx;
using Microsoft.ML.LogitNorm.Benchmarks.Photos;
using Microsoft.ML.LogitNorm.Benchmarks.Pretrained;
using Microsoft.ML.LogitNorm.Benchmarks.RareClass;
using Microsoft.ML.LogitNorm.Benchmarks.Reading;
using Spectre.Console;

// The whole: dotnet run --project benchmarks/Microsoft.ML.LogitNorm.Benchmarks -c Release -- end-to-end
// How cost grows: dotnet run --project benchmarks/Microsoft.ML.LogitNorm.Benchmarks -c Release -- growth
// Augmentations: dotnet run --project benchmarks/Microsoft.ML.LogitNorm.Benchmarks -c Release -- augmentations
// Layer statistics and the default score: dotnet run --project benchmarks/Microsoft.ML.LogitNorm.Benchmarks -c Release -- default-score
// Frozen stages, a warm start: dotnet run --project benchmarks/Microsoft.ML.LogitNorm.Benchmarks -c Release -- fine-tuning
// Exported to ONNX: dotnet run --project benchmarks/Microsoft.ML.LogitNorm.Benchmarks -c Release -- onnx
// What the detector promises: dotnet run --project benchmarks/Microsoft.ML.LogitNorm.Benchmarks -c Release -- detector
// Drift, with QuickStart's output: dotnet run --project benchmarks/Microsoft.ML.LogitNorm.Benchmarks -c Release -- drift artifacts/quickstart
// A class of few images: dotnet run --project benchmarks/Microsoft.ML.LogitNorm.Benchmarks -c Release -- rare-class
// Reading images: dotnet run --project benchmarks/Microsoft.ML.LogitNorm.Benchmarks -c Release -- reading photos --side 32 64 224
// One photo by a model of pretrained features: dotnet run --project benchmarks/Microsoft.ML.LogitNorm.Benchmarks -c Release -- one-photo MODEL PHOTOS
// Turned photos: dotnet run --project benchmarks/Microsoft.ML.LogitNorm.Benchmarks -c Release -- orientations MODEL PHOTOS
// What an audit finds: dotnet run --project benchmarks/Microsoft.ML.LogitNorm.Benchmarks -c Release -- planted-audit PHOTOS STRANGERS
// Scores on pretrained features: dotnet run --project benchmarks/Microsoft.ML.LogitNorm.Benchmarks -c Release -- photo-scores PHOTOS --ood NAME=PATH
// The small parts, all of them unless told which: dotnet run --project benchmarks/Microsoft.ML.LogitNorm.Benchmarks -c Release -- --filter '*GradNorm*'
if (Console.IsOutputRedirected)
    AnsiConsole.Profile.Width = 240;   // tables whole, for a file or a document

switch (args)
{
    case [EndToEndCommand.Name, ..]:
        return new RootCommand { EndToEndCommand.Create() }.Parse(args).Invoke();
    case [GrowthCommand.Name, ..]:
        return new RootCommand { GrowthCommand.Create() }.Parse(args).Invoke();
    case [AugmentationCommand.Name, ..]:
        return new RootCommand { AugmentationCommand.Create() }.Parse(args).Invoke();
    case [DefaultScoreCommand.Name, ..]:
        return new RootCommand { DefaultScoreCommand.Create() }.Parse(args).Invoke();
    case [FineTuningCommand.Name, ..]:
        return new RootCommand { FineTuningCommand.Create() }.Parse(args).Invoke();
    case [OnnxCommand.Name, ..]:
        return new RootCommand { OnnxCommand.Create() }.Parse(args).Invoke();
    case [DetectorCommand.Name, ..]:
        return new RootCommand { DetectorCommand.Create() }.Parse(args).Invoke();
    case [DriftCommand.Name, ..]:
        return new RootCommand { DriftCommand.Create() }.Parse(args).Invoke();
    case [RareClassCommand.Name, ..]:
        return new RootCommand { RareClassCommand.Create() }.Parse(args).Invoke();
    case [ReadingCommand.Name, ..]:
        return new RootCommand { ReadingCommand.Create() }.Parse(args).Invoke();
    case [OnePhotoCommand.Name, ..]:
        return new RootCommand { OnePhotoCommand.Create() }.Parse(args).Invoke();
    case [OrientationCommand.Name, ..]:
        return new RootCommand { OrientationCommand.Create() }.Parse(args).Invoke();
    case [PlantedAuditCommand.Name, ..]:
        return new RootCommand { PlantedAuditCommand.Create() }.Parse(args).Invoke();
    case [PhotoScoresCommand.Name, ..]:
        return new RootCommand { PhotoScoresCommand.Create() }.Parse(args).Invoke();
    case [EndToEndCommand.ChildCommand, var settings]:
        EndToEndCommand.RunChild(settings);
        return 0;
    case [TrainingMemory.ChildCommand, ..]:
        TrainingMemory.RunChild(args[1..]);
        return 0;
    case [PlainProcess.ChildCommand, ..]:
        PlainProcess.RunChild(args[1..]);
        return 0;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(ShortRuns).Assembly).Run(args.Length > 0 ? args : ["--filter", "*"], new ShortRuns());
        return 0;
}
