using Shared.Images;
using Shared.Painting;
using TorchSharp;
using WebApp.Tests.Support;

namespace WebApp.Tests;

/// <summary>A network of a few thousand weights that tells dark pictures from light ones and stripes from both, trained once for all tests.</summary>
[SetUpFixture]
internal sealed class TinyModel
{
    private const int Side = 16, Train = 40, Calibration = 100;

    private static TemporaryFolder s_folder = null!;

    /// <summary>The model file. Tests that change it copy it first.</summary>
    public static string Path => s_folder.At("tiny.zip");

    /// <summary>The same network with another decision: another file, with the same classes for the same images.</summary>
    public static string OtherPath => s_folder.At("other.zip");

    /// <summary>A PNG of one of its classes, <c>dark</c> or <c>light</c>.</summary>
    public static byte[] Known(string label, int seed = 1) => Paint((_, _) => label == "dark" ? 0.2f : 0.8f, $"known/{label}/{seed}");

    /// <summary>A PNG of none of its classes.</summary>
    public static byte[] Stranger(int seed = 1) => Paint((x, _) => (int)(x / 2) % 2, $"stripes/{seed}");

    [OneTimeSetUp]
    public void Make()
    {
        s_folder = new();
        foreach (var (part, count) in new[] { ("train", Train), ("calibration", Calibration) })
            foreach (var label in new[] { "dark", "light" })
                for (var i = 0; i < count; i++)
                    s_folder.Write($"{part}/{label}/{i}.png", Known(label, part == "train" ? 1_000 + i : 2_000 + i));
        Fit();
    }

    [OneTimeTearDown]
    public async Task Delete()
    {
        await SharedApp.Stop();
        s_folder.Dispose();
    }

    private static void Fit()
    {
        var ml = new MLContext(seed: 1);
        var rows = Rows("train");
        using var network = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.ReadImages("Image", Side, Side, "ImagePath"))
            .Append(ml.MulticlassClassification.Trainers.LogitNorm(new LogitNormTrainer.Options
            {
                FeatureColumnName = "Image", Backbone = Backbone.WideResNet(10, 1, 0), Epochs = 8, BatchSize = 16, Seed = 1,
                StepCompleted = _ => torch.set_num_threads(1),   // by then libtorch is there; more only get in each other's way on a network this small
            }))
            .Append(ml.Transforms.OodScore())
            .Append(ml.Transforms.NearestImages())
            .Fit(rows);
        var calibration = network.Transform(Rows("calibration"));
        foreach (var (path, rate) in new[] { (Path, 0.05), (OtherPath, 0.1) })
            ml.Model.Save(
                network.Append(ml.Transforms.TemperatureScaling().Fit(calibration)).Append(ml.Transforms.OodDetector(rate).Fit(calibration)),
                rows.Schema,
                path);

        IDataView Rows(string part) => ml.Data.LoadFromEnumerable(
            ClassFolders.Load(part, s_folder.At(part)).Select(image => new ImageRow { ImagePath = image.Path, Label = image.Label }));
    }

    private static byte[] Paint(Func<float, float, float> brightness, string name)
    {
        var canvas = new Canvas(Side);
        canvas.Paint((x, y) => brightness(x, y) is var level ? new(level, level, level) : default);
        canvas.AddNoise(0.1f, new(1, name));
        return canvas.EncodePng();
    }
}
