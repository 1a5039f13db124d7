using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>Images a second of scoring: <c>Transform</c> with all of its columns, and bare forward passes.</summary>
internal sealed class ScoringSpeed(EndToEndSettings settings)
{
    public const string Part = "scoring";

    private const int Batch = 128, LimitBatch = 32;

    public void Measure(MLContext ml, LogitNormModel model, Findings findings)
    {
        var count = settings.ScoredImages / Batch * Batch;
        SyntheticImages.Row[] rows = [.. SyntheticImages.Rows(count)];
        var data = model.Transform(ml.Data.LoadFromEnumerable(rows));

        using var noGradient = inference_mode();
        using var scope = NewDisposeScope();
        var classifier = model.Network.Classifier;
        var channelsLast = randn(count, SyntheticImages.Side, SyntheticImages.Side, SyntheticImages.Channels).permute(0, 3, 1, 2);
        var channelsFirst = channelsLast.contiguous();
        using var folded = FoldedNetwork.Create(classifier, model.ImageShape!, CPU) ?? throw new InvalidOperationException("The network cannot be folded.");
        using var plain = new PlainWideResNet(40, 2, SyntheticImages.Classes);
        plain.eval();
        using var copy = model.Backbone.CreateNetwork(NodeShape.Image(SyntheticImages.Channels), SyntheticImages.Classes, new NetworkRandom(1));
        copy.eval();
        using var alone = new PlainProcess(PlainProcess.Work.Score, 40, 2, Batch);
        using var limit = new ConvolutionLimit(copy, channelsLast.narrow(0, 0, LimitBatch));

        var seconds = Rounds.Seconds(
            settings.Rounds,
            () => ReadAll(data),
            () => InBatches(channelsLast, images => classifier.Classify(folded.Embed(images))),
            () => InBatches(channelsLast, classifier.call),
            () => InBatches(channelsFirst, plain.call),
            () => alone.Seconds(count / Batch),
            () =>
            {
                for (var image = 0; image < count; image += LimitBatch)
                    limit.Run();
            });
        string[] names =
        [
            "Transform", "bare folded forward", "eager forward, not folded", "plain forward", "plain forward in its own process", "convolutions alone",
        ];
        Series[] series = [.. names
            .Zip(seconds, (name, taken) => new Series(Part, $"WRN-40-2 {name}", "images/s", [.. taken.Select(value => count / value)]))];
        findings.Add(series);
        findings.Add(
            Ratio.Least(series[0], series[4], 1.8),
            Ratio.Least(series[0], series[3]),
            Ratio.Least(series[0], series[2], 1),
            Ratio.Least(series[0], series[1], 0.97),
            Ratio.Least(series[0], series[5], 0.85),
            Ratio.Least(series[1], series[2]));

        static void InBatches(Tensor images, Func<Tensor, Tensor> forward)
        {
            for (long row = 0; row < images.shape[0]; row += Batch)
            {
                using var step = NewDisposeScope();
                forward(images.narrow(0, row, Batch));
            }
        }
    }

    private static void ReadAll(IDataView data)
    {
        DataViewSchema.Column[] columns = [data.Schema["PredictedLabel"], data.Schema["Score"], data.Schema["Logits"], data.Schema["Embedding"]];
        using var cursor = data.GetRowCursor(columns);
        var getLabel = cursor.GetGetter<uint>(columns[0]);
        var getVectors = columns[1..].Select(column => cursor.GetGetter<VBuffer<float>>(column)).ToArray();
        uint label = 0;
        var vectors = new VBuffer<float>[getVectors.Length];
        while (cursor.MoveNext())
        {
            getLabel(ref label);
            for (var i = 0; i < vectors.Length; i++)
                getVectors[i](ref vectors[i]);
        }
    }
}
