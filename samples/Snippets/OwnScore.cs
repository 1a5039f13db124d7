using Microsoft.ML;
using Microsoft.ML.LogitNorm;

namespace Snippets;

/// <summary>Another classifier's features are watched, and a score of one's own is used like any other.</summary>
internal static class OwnScore
{
    public static void Run()
    {
        var ml = new MLContext(seed: 1);
        IDataView train = ml.Data.LoadFromEnumerable(Flower.Draw(300, seed: 1)), heldOut = ml.Data.LoadFromEnumerable(Flower.Draw(200, seed: 2));
        IDataView test = ml.Data.LoadFromEnumerable(Flower.Draw(200, seed: 3)), strangers = ml.Data.LoadFromEnumerable(Flower.Draw(50, seed: 4, heavier: 1.4f));

        // <embedding>
        // The classifier is ML.NET's own. What it looks at, the column Features, is watched.
        ITransformer model = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.Concatenate("Features", "Length", "Width", "Weight"))
            .Append(ml.Transforms.NormalizeMeanVariance("Features"))
            .Append(ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy())
            .Append(ml.Transforms.OodScore(OodScores.Mahalanobis(), embeddingColumnName: "Features"))
            .Fit(train);
        ITransformer app = model.Append(ml.Transforms.OodDetector(falseAlarmRate: 0.05).Fit(model.Transform(heldOut)));
        // </embedding>
        Tell("Mahalanobis", ml.AnomalyDetection.EvaluateOod(app.Transform(test), app.Transform(strangers)));

        // <column>
        // Any number will do as a score, as long as more means stranger: here how far a flower's weight is from what its size says.
        ITransformer own = model.Append(ml.Transforms
            .Expression("Imbalance", "(length, width, weight) => abs(weight / (length * width) - 1)", "Length", "Width", "Weight")
            .Fit(model.Transform(train)));
        ITransformer decided = own.Append(ml.Transforms.OodDetector(falseAlarmRate: 0.05, scoreColumnName: "Imbalance").Fit(own.Transform(heldOut)));

        // And side by side with others, on the same rows.
        OodScoreComparison comparison = ml.AnomalyDetection.CompareOodScores(
            own, inDistribution: test, new Dictionary<string, IDataView> { ["heavier"] = strangers }, new()
            {
                Scores = [OodScores.Mahalanobis(), OodScores.NearestNeighbours(5)],
                ScoreColumnNames = ["Imbalance"],
                EmbeddingColumnName = "Features",
                TrainingData = train,
            });
        Console.WriteLine(comparison.ToMarkdown());
        // </column>
        Tell("Imbalance", ml.AnomalyDetection.EvaluateOod(decided.Transform(test), decided.Transform(strangers), "Imbalance"));
    }

    private static void Tell(string name, OodDetectionMetrics metrics)
        => Console.WriteLine(FormattableString.Invariant($"{name}: false alarms {metrics.FalseAlarmRate:P1}, found {metrics.DetectionRate:P1}"));
}
