using TorchSharp;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>Predictions a second of an engine on each processor, with libtorch's threads as they are, and with one for each.</summary>
internal sealed class EngineThroughput(EndToEndSettings settings)
{
    public void Measure(MLContext ml, LogitNormModel model, Findings findings)
    {
        var engines = Environment.ProcessorCount;
        var own = new PredictionEngineOptions { OwnsTransformer = false };
        var made = Enumerable.Range(0, engines)
            .Select(_ => ml.Model.CreatePredictionEngine<SyntheticImages.Row, PredictionLatency.Prediction>(model, own))
            .ToArray();
        var threads = torch.get_num_threads();
        var all = Rounds.Seconds(
            settings.Rounds,
            () => Run(made[..1], threads),
            () => Run(made, threads),
            () => Run(made, 1));
        torch.set_num_threads(threads);
        foreach (var engine in made)
            engine.Dispose();
        (int Engines, string Text)[] ways =
        [
            (1, "1 engine"), (engines, $"{engines} engines at once"), (engines, $"{engines} engines at once, torch.set_num_threads(1)"),
        ];
        Series[] series = [.. ways.Zip(all, (way, seconds) => new Series(
            PredictionLatency.Part, $"WRN-40-2 {way.Text}", "predictions/s", [.. seconds.Select(taken => way.Engines * settings.Predictions / taken)]))];
        findings.Add(series);
        findings.Add(Ratio.Least(series[1], series[0]), Ratio.Least(series[2], series[0]));
    }

    // Threads of their own: libtorch's number of threads holds for threads that begin after it was set.
    private void Run(PredictionEngine<SyntheticImages.Row, PredictionLatency.Prediction>[] engines, int torchThreads)
    {
        torch.set_num_threads(torchThreads);
        Task.WaitAll([.. engines.Select(engine => Task.Factory.StartNew(() => Predict(engine), TaskCreationOptions.LongRunning))]);
    }

    private void Predict(PredictionEngine<SyntheticImages.Row, PredictionLatency.Prediction> engine)
    {
        var row = SyntheticImages.Rows(1).Single();
        var prediction = new PredictionLatency.Prediction();
        for (var i = 0; i < settings.Predictions; i++)
            engine.Predict(row, ref prediction);
    }
}
