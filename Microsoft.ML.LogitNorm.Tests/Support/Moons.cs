using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Two half-moons that reach into each other, and a ring around both that belongs to neither, in units that differ by a factor of 100.</summary>
internal static class Moons
{
    public static LogitNormTrainer.Options Options { get; } = new()
    {
        Backbone = Backbone.Dense([32, 16]),
        Epochs = 30,
        BatchSize = 32,
        LearningRate = 0.05,
        LearningRateSchedule = LearningRateSchedule.OneCycle(),
        Seed = 1,
    };

    /// <summary>Rows of both moons in turn.</summary>
    public static List<Row> Rows(int count, int seed = 0)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var angle = Math.PI * random.NextDouble();
            var (x, y) = i % 2 == 0 ? (Math.Cos(angle), Math.Sin(angle)) : (1 - Math.Cos(angle), 0.5 - Math.Sin(angle));
            return new Row { Label = i % 2 == 0 ? "upper" : "lower", Features = [(float)(x + Noise()), (float)(100 * (y + Noise()))] };

            double Noise() => 0.08 * ((random.NextDouble() * 2) - 1);
        })];
    }

    public static IDataView View(MLContext ml, int count, int seed = 0) => ml.Data.LoadFromEnumerable(Rows(count, seed));

    /// <summary>Rows of the ring.</summary>
    public static IDataView Ring(MLContext ml, int count) => ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i =>
    {
        var angle = 2 * Math.PI * i / count;
        return new Row { Label = "upper", Features = [(float)(0.5 + (4 * Math.Cos(angle))), (float)(100 * (0.25 + (4 * Math.Sin(angle))))] };
    }));

    /// <summary>From labels as text to a trained model.</summary>
    public static IEstimator<TransformerChain<LogitNormModel>> Pipeline(MLContext ml, LogitNormTrainer.Options? options = null)
        => ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.MulticlassClassification.Trainers.LogitNorm(options ?? Options));

    public sealed class Row
    {
        public string Label { get; set; } = "";

        [VectorType(2)]
        public float[] Features { get; set; } = [];
    }
}
