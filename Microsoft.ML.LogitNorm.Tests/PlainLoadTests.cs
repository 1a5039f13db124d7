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
        var (modelPath, rowsPath, batch, single) = SaveModel();
        Assert.That(Printed("Consumer", modelPath, rowsPath), Is.EqualTo((string[])["ImagePath Label", .. batch, .. single]));
        Assert.That(batch.Concat(single).Distinct().Count(), Is.GreaterThan(60), "rows that differ");
    }

    // What docs/decisions.md, 2, and README say of that package. Should a new version of it or of TorchSharp make its networks run, say so there.
    [Test]
    public void Load_BesideMicrosoftMLTorchSharp_PredictsTheSameBits()
    {
        var (modelPath, rowsPath, _, single) = SaveModel();
        var printed = Printed("Neighbour", modelPath, rowsPath);
        Assert.That(printed.Take(single.Length), Is.EqualTo(single), "before the other package computes");
        Assert.That(printed.Skip(single.Length + 2).Take(single.Length), Is.EqualTo(single), "after");
        Assert.That(printed[single.Length], Is.EqualTo("text: InvalidOperationException: Tensor invalid -- empty handle."));
        Assert.That(printed[single.Length + 1], Does.StartWith("object detection: MissingMethodException: Method not found: 'Tensor functional.interpolate("));
        Assert.That(printed.Skip((2 * single.Length) + 2), Is.EqualTo(new[]
        {
            "does not bind: AutoFormerV2Block.forward", "does not bind: FPN.forward", "methods: 731",
        }));
    }

    private (string ModelPath, string RowsPath, string[] Batch, string[] Single) SaveModel()
    {
        var rows = TinyImages.Rows(60).Select((row, i) => new Photo { ImagePath = Write(row.Image, i), Label = row.Label }).ToArray();
        var data = _ml.Data.LoadFromEnumerable(rows);
        using var app = Train(data);
        var modelPath = Path.Combine(_folder, "model.zip");
        _ml.Model.Save(app, data.Schema, modelPath);
        var rowsPath = Path.Combine(_folder, "rows.txt");
        File.WriteAllLines(rowsPath, rows.Select(row => row.ImagePath));
        using var engine = _ml.Model.CreatePredictionEngine<Photo, Verdict>(app, new PredictionEngineOptions { OwnsTransformer = false });
        return (
            modelPath,
            rowsPath,
            [.. _ml.Data.CreateEnumerable<Verdict>(app.Transform(data), reuseRowObject: false).Select(verdict => verdict.ToString())],
            [.. rows.Select(row => engine.Predict(row).ToString())]);
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
        var consumer = PathOf("Consumer");
        // Without the list of dependencies all managed files of the folder are, and nothing native is.
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(consumer)!)
                .Where(file => Path.GetExtension(file) is ".dll" || file.EndsWith(".runtimeconfig.json", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(bare, Path.GetFileName(file)));
        var (exitCode, output, error) = Run(Path.Combine(bare, Path.GetFileName(consumer)), modelPath, Path.Combine(_folder, "rows.txt"));
        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(
            $"{error}{output}",
            Does.Contain(
                $"base: {nameof(DllNotFoundException)}: The application has no native libtorch, which TorchSharp {TorchPackages.TorchSharpVersion} needs."));
    }

    private static string PathOf(string application)
        => typeof(PlainLoadTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == application + "Path").Value!;

    private static string[] Printed(string application, string modelPath, string rowsPath)
    {
        var (exitCode, output, error) = Run(PathOf(application), modelPath, rowsPath);
        Assert.That(exitCode, Is.Zero, $"{error}{output}");
        return output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }

    private static (int ExitCode, string Output, string Error) Run(string path, params string[] arguments)
        => InTime.Run(InTime.DotNet([path, .. arguments]));

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
