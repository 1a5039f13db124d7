using Shared.Images;
using Shared.Painting;

namespace LogitNormTool.Tests.Scoring;

/// <summary>A network of a few thousand weights that tells dark pictures from light ones, and decides.</summary>
internal sealed class TinyVerdicts : IDisposable
{
    private const int PicturesPerClass = 24;

    private readonly TemporaryFolder _folder = new();

    public TinyVerdicts()
    {
        foreach (var (label, level) in new[] { ("dark", 0.2f), ("light", 0.8f) })
            for (var i = 0; i < PicturesPerClass; i++)
            {
                Paint($"training/{label}/{i}.png", level);
                Paint($"pictures/{label}/{i} 'ü'.png", level);
            }
        _folder.Write("pictures/light/broken.png", [1, 2, 3]);
        Save(Marking, ImageErrorMode.Mark, seed: 1);
        Save(Throwing, ImageErrorMode.Throw, seed: 1);
        Save(Other, ImageErrorMode.Mark, seed: 2);
    }

    /// <summary>A model that goes on where an image cannot be read.</summary>
    public string Marking => _folder.At("marking.zip");

    /// <summary>A model that ends there.</summary>
    public string Throwing => _folder.At("throwing.zip");

    /// <summary>Another model.</summary>
    public string Other => _folder.At("other.zip");

    /// <summary>Others than it was trained and calibrated on, of which none lies on the line that the detector draws, and a file that is none.</summary>
    public string Pictures => _folder.At("pictures");

    public void Dispose() => _folder.Dispose();

    private void Save(string path, ImageErrorMode mode, int seed)
    {
        var ml = new MLContext(seed);
        var images = ClassFolders.Load("training", _folder.At("training"));
        var rows = ml.Data.LoadFromEnumerable(images.Select(image => new ImageRow { ImagePath = image.Path, Label = image.Label }));
        using var network = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.ReadImages("Image", 8, 8, "ImagePath", onError: mode))
            .Append(ml.MulticlassClassification.Trainers.LogitNorm(new LogitNormTrainer.Options
            {
                FeatureColumnName = "Image", Backbone = Backbone.WideResNet(10, 1, 0), Epochs = 1, BatchSize = 16,
            }))
            .Append(ml.Transforms.OodScore(OodScores.Energy()))
            .Append(ml.Transforms.OodDetector(0.2))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(rows);
        ml.Model.Save(network, rows.Schema, path);
    }

    private void Paint(string name, float level)
    {
        var canvas = new Canvas(8);
        canvas.Paint((_, _) => new(level, level, level));
        canvas.AddNoise(0.1f, new(1, name));
        _folder.Write(name, canvas.EncodePng());
    }
}
