using Microsoft.ML;
using Microsoft.ML.LogitNorm;
using Shared.Images;
using Shared.Painting;

namespace CompareScores.Tests;

/// <summary>A network of a few thousand weights that tells dark pictures from light ones, trained once, and the pictures.</summary>
[SetUpFixture]
internal sealed class TinyModel
{
    private static TemporaryFolder s_folder;

    public static string Model => s_folder.At("model.zip");

    public static string Train => s_folder.At("pictures", "train");

    public static string Test => s_folder.At("pictures", "test");

    /// <summary>Pictures of none of the classes.</summary>
    public static string Stripes => s_folder.At("pictures", "ood-stripes");

    [OneTimeSetUp]
    public void Make()
    {
        s_folder = new();
        foreach (var (part, count) in new[] { ("train", 40), ("test", 20) })
            foreach (var (label, level) in new[] { ("dark", 0.2f), ("light", 0.8f) })
                for (var i = 0; i < count; i++)
                    Paint($"pictures/{part}/{label}/{i}.png", (_, _) => level);
        for (var i = 0; i < 20; i++)
            Paint($"pictures/ood-stripes/{i}.png", (x, _) => (int)(x / 2) % 2);

        var ml = new MLContext(seed: 1);
        var rows = ml.Data.LoadFromEnumerable(ClassFolders.Load("train", Train).Select(image => new ImageRow { ImagePath = image.Path, Label = image.Label }));
        using var model = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.ReadImages("Image", 8, 8, "ImagePath"))
            .Append(ml.MulticlassClassification.Trainers.LogitNorm(new LogitNormTrainer.Options
            {
                FeatureColumnName = "Image", Backbone = Backbone.WideResNet(10, 1, 0), Epochs = 2, BatchSize = 16,
            }))
            .Fit(rows);
        ml.Model.Save(model, rows.Schema, Model);
    }

    [OneTimeTearDown]
    public void Delete() => s_folder.Dispose();

    private static void Paint(string name, Func<float, float, float> brightness)
    {
        var canvas = new Canvas(8);
        canvas.Paint((x, y) => brightness(x, y) is var level ? new(level, level, level) : default);
        canvas.AddNoise(0.1f, new(1, name));
        s_folder.Write(name, canvas.EncodePng());
    }
}
