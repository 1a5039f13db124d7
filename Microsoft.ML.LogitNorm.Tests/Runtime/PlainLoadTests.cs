using System.Diagnostics;
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

    // An application that forgot the native half: ML.NET wraps what Model.Load throws, and the base exception says what to add.
    [Test]
    public void Load_ApplicationWithoutLibTorch_HasTheRemedyAsBaseException()
    {
        using var model = UntrainedModel.Create(_ml);
        var modelPath = Path.Combine(_folder, "model.zip");
        _ml.Model.Save(model, TinyImages.View(_ml, 1).Schema, modelPath);
        File.WriteAllText(Path.Combine(_folder, "rows.txt"), "");
        var bare = Directory.CreateDirectory(Path.Combine(_folder, "bare")).FullName;
        var consumer = Path.GetDirectoryName(ConsumerPath)!;
        // Without the list of dependencies all managed files of the folder are, and nothing native is.
        foreach (var file in Directory.EnumerateFiles(consumer).Where(file => Path.GetExtension(file) is ".dll" || file.EndsWith(".runtimeconfig.json", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(bare, Path.GetFileName(file)));
        var (exitCode, text) = Run(Path.Combine(bare, Path.GetFileName(ConsumerPath)), modelPath, Path.Combine(_folder, "rows.txt"));
        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(text, Does.Contain($"base: {nameof(DllNotFoundException)}: The application has no native libtorch, which TorchSharp {TorchPackages.TorchSharpVersion} needs."));
    }

    private static string ConsumerPath => typeof(PlainLoadTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "ConsumerPath").Value!;

    private static string[] RunConsumer(string modelPath, string rowsPath)
    {
        var (exitCode, text) = Run(ConsumerPath, modelPath, rowsPath);
        Assert.That(exitCode, Is.Zero, text);
        return text.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }

    private static (int ExitCode, string Text) Run(string path, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", [path, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, process.ExitCode == 0 ? output : $"{error.Result}{output}");
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
