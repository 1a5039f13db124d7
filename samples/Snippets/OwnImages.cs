// <usings>
using Microsoft.ML;
using Microsoft.ML.LogitNorm;
// </usings>

namespace Snippets;

/// <summary>README's program: images in folders are learned, judged and measured.</summary>
internal static class OwnImages
{
    public static void Run()
    {
        var (ml, train, model, app) = Train();
        using var owned = app as IDisposable;
        Measure(ml, train, model, app);
        Predict();
    }

    private static (MLContext Ml, IDataView Train, ITransformer Model, ITransformer App) Train()
    {
        // <train>
        var ml = new MLContext(seed: 1);
        IDataView train = ml.Data.LoadFromEnumerable(Photo.In("photos")), heldOut = ml.Data.LoadFromEnumerable(Photo.In("held-out"));

        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.ReadImages("Image", 32, 32, "ImagePath"))
            .Append(ml.MulticlassClassification.Trainers.LogitNorm(featureColumnName: "Image", backbone: Backbone.WideResNet(16, 1, dropout: 0), epochs: 20))
            .Append(ml.Transforms.OodScore())
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        ITransformer model = pipeline.Fit(train);

        // The decision is calibrated on images of the known classes that the network was not trained on.
        OodDetectorTransformer detector = ml.Transforms.OodDetector(falseAlarmRate: 0.05, confidence: 0.9).Fit(model.Transform(heldOut));
        Console.WriteLine(detector.Report);   // what it promises, and where it draws the line
        ITransformer app = model.Append(detector);
        ml.Model.Save(app, train.Schema, "model.zip");
        // </train>
        return (ml, train, model, app);
    }

    private static void Predict()
    {
        // <predict>
        var ml = new MLContext();
        ITransformer app = ml.Model.Load("model.zip", out _);
        using var engine = ml.Model.CreatePredictionEngine<Photo, Verdict>(app);

        Verdict verdict = engine.Predict(new Photo { ImagePath = "thing.png" });
        Console.WriteLine(verdict.IsOutOfDistribution ? "none of the things I know" : verdict.PredictedLabel);
        // </predict>
    }

    private static void Measure(MLContext ml, IDataView train, ITransformer model, ITransformer app)
    {
        IDataView heldOut = ml.Data.LoadFromEnumerable(Photo.In("held-out"));
        IDataView test = ml.Data.LoadFromEnumerable(Photo.In("test")), strangers = ml.Data.LoadFromEnumerable(Photo.In("strangers"));

        // <evaluate>
        OodDetectionMetrics metrics = ml.AnomalyDetection.EvaluateOod(inDistribution: app.Transform(test), outOfDistribution: app.Transform(strangers));
        Console.WriteLine($"FPR95 {metrics.FprAt95Tpr:P1}, AUROC {metrics.Auroc:P1}");
        Console.WriteLine($"false alarms {metrics.FalseAlarmRate:P1}, found {metrics.DetectionRate:P1}");
        // </evaluate>

        // <compare>
        OodScoreComparison comparison = ml.AnomalyDetection.CompareOodScores(
            model, inDistribution: test, new Dictionary<string, IDataView> { ["strangers"] = strangers }, new() { TrainingData = train });
        Console.WriteLine(comparison.ToMarkdown());
        // </compare>

        // <calibrate>
        ITransformer scaling = ml.Transforms.TemperatureScaling().Fit(model.Transform(heldOut));
        CalibrationMetrics calibration = ml.MulticlassClassification.EvaluateCalibration(scaling.Transform(model.Transform(test)));
        Console.WriteLine($"expected calibration error {calibration.ExpectedCalibrationError:P1}");
        // </calibrate>
    }
}
