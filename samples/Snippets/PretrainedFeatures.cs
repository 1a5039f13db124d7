using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm;

namespace Snippets;

/// <summary>A head on the features of a network that knows ImageNet: docs/photos.md.</summary>
internal static class PretrainedFeatures
{
    public static void Run()
    {
        var ml = new MLContext(seed: 1);
        IDataView photos = ml.Data.LoadFromEnumerable(Photo.In("photos")), train = photos;
        Photo[] heldOut = [.. Photo.In("held-out")];
        IDataView ranking = ml.Data.LoadFromEnumerable(heldOut.Where((_, i) => i % 3 == 0));
        IDataView calibration = ml.Data.LoadFromEnumerable(heldOut.Where((_, i) => i % 3 != 0));

        // <photos>
        var features = ml.Transforms.ReadImages("Image", 224, 224, "ImagePath")
            .Append(ml.Transforms.ExtractPixels("Pixels", "Image"))
            .Append(ml.Transforms.DnnFeaturizeImage("Features", model => model.ModelSelector.ResNet18(ml, model.OutputColumn, model.InputColumn), "Pixels"))
            .Fit(photos);
        IDataView trainRows = ml.Data.Cache(features.Transform(train), "Label", "Features");   // or a file: features do not change

        var head = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.FeatureSelection.SelectFeaturesBasedOnCount("Features"))   // without those that no training photo has
            .Append(ml.Transforms.NormalizeLpNorm("Features"))
            .Append(ml.MulticlassClassification.Trainers.LogitNorm(new LogitNormTrainer.Options
            {
                Backbone = Backbone.Dense(),   // a linear model
                Loss = TrainingLoss.CrossEntropy(),
                Epochs = 30,
                BatchSize = 32,
                LearningRate = 0.01,
                LearningRateSchedule = LearningRateSchedule.OneCycle(),
            }))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(trainRows);
        OodScore parts = OodScores.Fuse(
            OodScores.Mahalanobis(shrinkage: null, normalize: true), OodScores.RelativeLayerGaussian(), OodScores.NearestNeighbours(10));
        var score = ml.Transforms.OodScore(parts).Fit(head.Transform(trainRows), heldOut: head.Transform(features.Transform(ranking)));
        var detector = ml.Transforms.OodDetector(0.05, confidence: 0.9).Fit(score.Transform(head.Transform(features.Transform(calibration))));
        var app = new TransformerChain<ITransformer>(features, head, score, detector);
        ml.Model.Save(app, photos.Schema, "model.zip");   // network, head, score and threshold in one file
        // </photos>
        using var owned = app;
        using var engine = ml.Model.CreatePredictionEngine<Photo, Verdict>(app, new PredictionEngineOptions { OwnsTransformer = false });
        Console.WriteLine(engine.Predict(new Photo { ImagePath = "thing.png" }).IsOutOfDistribution ? "none of the things I know" : "one of them");
    }
}
