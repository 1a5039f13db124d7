using System.Diagnostics;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>Milliseconds of one prediction, from the engine and by bare forward passes of one image, which take turns.</summary>
internal sealed class PredictionLatency(EndToEndSettings settings)
{
    public const string Part = "prediction";

    public void Measure(MLContext ml, LogitNormModel model, Findings findings)
    {
        var row = SyntheticImages.Rows(1).Single();
        using var engine = ml.Model.CreatePredictionEngine<SyntheticImages.Row, Prediction>(model, new PredictionEngineOptions { OwnsTransformer = false });
        var prediction = new Prediction();

        using var noGradient = inference_mode();
        using var scope = NewDisposeScope();
        var classifier = model.Network.Classifier;
        using var folded = FoldedNetwork.Create(classifier, model.ImageShape!, CPU) ?? throw new InvalidOperationException("The network cannot be folded.");
        var image = randn(1, SyntheticImages.Side, SyntheticImages.Side, SyntheticImages.Channels).permute(0, 3, 1, 2);
        var twice = cat([image, image]);   // alone, libtorch would leave oneDNN: see TrainedNetwork.WithoutLoneImage
        Action[] runs =
        [
            () => engine.Predict(row, ref prediction),
            () => classifier.Classify(folded.Embed(image)),
            () => classifier.call(twice),
        ];
        string[] names = ["PredictionEngine", "bare folded forward", "eager forward, not folded"];

        var allocated = 0L;
        var latencies = runs.Select(_ => new List<double[]>()).ToArray();
        for (var round = 0; round <= settings.Rounds; round++)
        {
            var taken = runs.Select(_ => new double[settings.Predictions]).ToArray();
            for (var i = 0; i < settings.Predictions; i++)
                for (var which = 0; which < runs.Length; which++)
                {
                    using var step = NewDisposeScope();
                    var bytes = GC.GetAllocatedBytesForCurrentThread();
                    var start = Stopwatch.GetTimestamp();
                    runs[which]();
                    taken[which][i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                    if (which == 0)
                        allocated = GC.GetAllocatedBytesForCurrentThread() - bytes;
                }
            if (round > 0)
                for (var which = 0; which < runs.Length; which++)
                    latencies[which].Add(taken[which]);
        }
        Series first = new(Part, "WRN-40-2 PredictionEngine, first prediction", "ms", [.. Enumerable.Range(0, settings.Rounds).Select(_ => FirstPrediction())]);
        Series[] middle = [.. names.Zip(latencies, (name, rounds) => Percentile(name, 0.5, rounds))];
        var tail = Percentile(names[0], 0.99, latencies[0]);
        findings.Add([.. middle, tail, first, new(Part, "PredictionEngine, managed memory", "bytes/prediction", [allocated])]);
        findings.Add(Ratio.Most(middle[0], middle[2], 0.6), Ratio.Most(middle[0], middle[1], 1.05), Ratio.Most(tail, middle[0], 1.5));

        double FirstPrediction()
        {
            using var fresh = ml.Model.CreatePredictionEngine<SyntheticImages.Row, Prediction>(model, new PredictionEngineOptions { OwnsTransformer = false });
            var start = Stopwatch.GetTimestamp();
            fresh.Predict(row, ref prediction);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        static Series Percentile(string name, double share, List<double[]> rounds)
            => new(Part, $"WRN-40-2 {name} p{share * 100:0}", "ms", [.. rounds.Select(round => Series.Of(round, share))]);
    }

    public sealed class Prediction
    {
        public uint PredictedLabel { get; set; }

        public float[] Score { get; set; } = [];
    }
}
