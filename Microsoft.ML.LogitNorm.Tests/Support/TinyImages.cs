using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>A made-up data set of 8×8 colour images in three classes that a network of a few thousand weights learns in a second.</summary>
internal static class TinyImages
{
    public const int Size = 8;
    public static readonly string[] Classes = ["red", "green", "blue"];

    /// <summary>A network that is quick and knows what a convolution is.</summary>
    public static LogitNormTrainer.Options Options { get; } = new()
    {
        FeatureColumnName = "Image",
        Backbone = Backbone.WideResNet(10, 1, dropout: 0),
        Loss = TrainingLoss.LogitNorm(0.1),
        Epochs = 3,
        BatchSize = 16,
        LearningRateSchedule = LearningRateSchedule.OneCycle(),
        Augmentation = Augmentation.CropAndFlip(1),
        Seed = 1,
    };

    /// <summary>Rows whose class decides which channel is bright; noise on all of them.</summary>
    public static List<Row> Rows(int count, int seed = 0)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var label = i % Classes.Length;
            var pixels = new byte[3 * Size * Size];
            for (var p = 0; p < pixels.Length; p++)
                pixels[p] = (byte)(random.Next(100) + (p / (Size * Size) == label ? 120 : 0));
            return new Row { Id = i, Order = i, Label = Classes[label], Image = pixels, Name = $"row {i}", Numbers = [i, -i] };
        })];
    }

    public static IDataView View(MLContext ml, int count, int seed = 0) => ml.Data.LoadFromEnumerable(Rows(count, seed));

    /// <summary>From labels as text to a trained model.</summary>
    public static IEstimator<TransformerChain<LogitNormModel>> Pipeline(MLContext ml, LogitNormTrainer.Options? options = null)
        => ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.MulticlassClassification.Trainers.LogitNorm(options ?? Options));

    /// <summary>From labels as text to a decision.</summary>
    public static TransformerChain<OodDetectorTransformer> Train(MLContext ml, LogitNormTrainer.Options? options = null)
    {
        var model = Pipeline(ml, options).Append(ml.Transforms.OodScore(OodScores.MaxSoftmax())).Fit(View(ml, 96));
        return model.Append(ml.Transforms.OodDetector(0.05).Fit(model.Transform(View(ml, 60, seed: 2))));
    }

    public sealed class Row
    {
        public int Id { get; set; }

        public float Order { get; set; }

        public string Label { get; set; } = "";

        public string Name { get; set; } = "";

        [VectorType(2)]
        public float[] Numbers { get; set; } = [];

        [VectorType(3, Size, Size)]
        public byte[] Image { get; set; } = [];
    }

    public sealed class Prediction
    {
        public int Id { get; set; }

        public string Name { get; set; } = "";

        public float[] Numbers { get; set; } = [];

        public uint PredictedLabel { get; set; }

        public float[] Score { get; set; } = [];

        public float[] Logits { get; set; } = [];

        public float[] Embedding { get; set; } = [];

        public float OodScore { get; set; }

        public float OodConfidence { get; set; }

        public bool IsOutOfDistribution { get; set; }
    }
}
