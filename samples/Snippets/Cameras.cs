using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm;

namespace Snippets;

/// <summary>One model for all cameras, and for each a decision that was calibrated on its own images.</summary>
internal static class Cameras
{
    public static void Run()
    {
        // <cameras>
        var ml = new MLContext();
        ITransformer app = ml.Model.Load("model.zip", out DataViewSchema schema);
        foreach (string folder in Directory.EnumerateDirectories("cameras").Order(StringComparer.Ordinal))
        {
            // Images of the known classes from that camera; their classes need not be known. Every other one is left to see how it does.
            Photo[] photos = [.. Photo.In(folder)];
            IDataView calibration = app.Transform(ml.Data.LoadFromEnumerable(photos.Where((_, i) => i % 2 == 0)));
            IDataView others = ml.Data.LoadFromEnumerable(photos.Where((_, i) => i % 2 == 1));

            OodDetectorTransformer detector = ml.Transforms.OodDetector(falseAlarmRate: 0.05).Fit(calibration);
            ITransformer own = app.Append(detector);   // its IsOutOfDistribution takes the place of the model's
            ml.Model.Save(own, schema, $"{folder}.zip");
            Console.WriteLine($"{folder}: false alarms {FalseAlarms(app, others):P0} by the model's line, {FalseAlarms(own, others):P0} by its own");
        }

        static double FalseAlarms(ITransformer app, IDataView photos)
            => app.Transform(photos).GetColumn<bool>("IsOutOfDistribution").Average(isOut => isOut ? 1.0 : 0);
        // </cameras>
    }
}
