using System.Diagnostics;
using TorchSharp;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>
/// Images a second of training: the trainer's, a bare loop's on the same network, and a plain one's, here and in a process of its own. They take turns, step by
/// step.
/// </summary>
internal sealed class TrainingSpeed(EndToEndSettings settings, int depth, int widen)
{
    public const string Part = "training";

    private const int WarmUpSteps = 3;

    /// <summary>Trains, and returns the model for what follows: the caller disposes of it.</summary>
    public LogitNormModel Measure(MLContext ml, Findings findings)
    {
        var (batch, steps) = (settings.BatchSize, settings.StepsPerRound);
        using var bare = new BareTraining(
            Backbone.WideResNet(depth, widen).CreateNetwork(NodeShape.Image(SyntheticImages.Channels), SyntheticImages.Classes, new NetworkRandom(1)),
            batch,
            channelsLast: true);
        using var alone = new PlainProcess(PlainProcess.Work.Train, depth, widen, batch);
        using var plain = new BareTraining(new PlainWideResNet(depth, widen, SyntheticImages.Classes), batch, channelsLast: false);
        List<double> fitSeconds = [], bareSeconds = [], plainSeconds = [], aloneSeconds = [];
        var sinceStep = new Stopwatch();
        var rows = (WarmUpSteps + (settings.Rounds * steps)) * batch;
        var model = ml.MulticlassClassification.Trainers.LogitNorm(new LogitNormTrainer.Options
        {
            Backbone = Backbone.WideResNet(depth, widen),
            BatchSize = batch,
            LearningRate = 0.01,
            Epochs = 1,
            Seed = 1,
            StepCompleted = step =>
            {
                var seconds = sinceStep.Elapsed.TotalSeconds;
                if (step.Step > WarmUpSteps)
                    fitSeconds.Add(seconds);
                var (ofBare, ofPlain, ofAlone) = (Time(bare.Step), Time(plain.Step), alone.Seconds(1));
                if (step.Step > WarmUpSteps)
                {
                    bareSeconds.Add(ofBare);
                    plainSeconds.Add(ofPlain);
                    aloneSeconds.Add(ofAlone);
                }
                sinceStep.Restart();
            },
        }).Fit(SyntheticImages.View(ml, rows));

        var network = $"WRN-{depth}-{widen}";
        var fit = Speed("Fit", fitSeconds);
        var bareLoop = Speed("bare loop", bareSeconds);
        var plainLoop = Speed("plain loop", plainSeconds);
        var plainAlone = Speed("plain loop in its own process", aloneSeconds);
        findings.Add(fit, bareLoop, plainLoop, plainAlone);
        findings.Add(
            Ratio.Least(fit, plainAlone, 1.25),
            Ratio.Least(fit, bareLoop, 0.97),
            Ratio.Least(bareLoop, plainAlone, 1.4),
            Ratio.Least(bareLoop, plainLoop));
        return model;

        Series Speed(string name, List<double> seconds)
            => new(Part, $"{network} {name}", "images/s", [.. seconds.Chunk(steps).Select(round => batch * round.Length / round.Sum())]);
    }

    private static double Time(Action step)
    {
        var start = Stopwatch.GetTimestamp();
        step();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
