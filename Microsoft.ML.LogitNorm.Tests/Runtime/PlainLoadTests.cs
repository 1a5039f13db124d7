using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>The whole road: images in files, trained here, loaded by an application that names no type of the library.</summary>
public sealed class PlainLoadTests
{
    private readonly MLContext _ml = new(seed: 1);
    private string _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("logitnorm-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Load_InAProcessThatOnlyReferencesTheLibrary_PredictsTheSameBits()
    {
        var rows = TinyImages.Rows(60).Select((row, i) => new Photo { ImagePath = Write(row.Image, i), Label = row.Label }).ToArray();
        var data = _ml.Data.LoadFromEnumerable(rows);
        using var app = Train(data);
        var modelPath = Path.Combine(_folder, "model.zip");
        _ml.Model.Save(app, data.Schema, modelPath);

        using var engine = _ml.Model.CreatePredictionEngine<Photo, Verdict>(app, new PredictionEngineOptions { OwnsTransformer = false });
        string[] expected =
        [
            "ImagePath Label",
            .. _ml.Data.CreateEnumerable<Verdict>(app.Transform(data), reuseRowObject: false).Select(verdict => verdict.ToString()),
            .. rows.Select(row => engine.Predict(row).ToString()),
        ];
        var rowsPath = Path.Combine(_folder, "rows.txt");
        File.WriteAllLines(rowsPath, rows.Select(row => row.ImagePath));
        Assert.That(RunConsumer(modelPath, rowsPath), Is.EqualTo(expected));
        Assert.That(expected.Distinct().Count(), Is.GreaterThan(60), "rows that differ");
    }

    private static string[] RunConsumer(string modelPath, string rowsPath)
    {
        var path = typeof(PlainLoadTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "ConsumerPath").Value!;
        var (exitCode, output, error) = InTime.Run(new(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", [path, modelPath, rowsPath]));
        Assert.That(exitCode, Is.Zero, $"{error}{output}");
        return output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }

    private TransformerChain<OodDetectorTransformer> Train(IDataView data)
    {
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Key", "Label")
            .Append(_ml.Transforms.LoadImages("Image", _folder, "ImagePath"))
            .Append(_ml.Transforms.ResizeImages("Image", TinyImages.Size, TinyImages.Size))
            .Append(_ml.MulticlassClassification.Trainers.LogitNorm(TinyImages.Options with { LabelColumnName = "Key", Epochs = 1 }))
            .Append(_ml.Transforms.OodScore(OodScores.MaxSoftmax()))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedName", "PredictedLabel"));
        var model = pipeline.Fit(data);
        return model.Append(_ml.Transforms.OodDetector(0.05).Fit(model.Transform(data)));
    }

    private string Write(byte[] planes, int number)
    {
        const int Area = TinyImages.Size * TinyImages.Size;
        byte[] pixels = [.. Enumerable.Range(0, Area).SelectMany(i => (byte[])[planes[i], planes[Area + i], planes[(2 * Area) + i], 255])];
        using var image = MLImage.CreateFromPixels(TinyImages.Size, TinyImages.Size, MLPixelFormat.Rgba32, pixels);
        image.Save(Path.Combine(_folder, $"{number}.png"));
        return $"{number}.png";
    }
}
