using CompareScores;
using QuickStart;
using Shared.CommandLine;
using Shared.Images;

namespace LogitNormTool.Prediction;

/// <summary><c>logitnorm export</c>: a model as ONNX.</summary>
internal static class ExportJob
{
    /// <summary>On how many images file and model are compared.</summary>
    private const int Compared = 200;

    /// <summary>Writes the file, and shows what is in it.</summary>
    /// <param name="path">The model file.</param>
    /// <param name="output">The file to write; null for the model's name with another ending.</param>
    /// <param name="images">Images to compare on; null for noise.</param>
    /// <param name="cancellation">Stops while images are looked at.</param>
    /// <exception cref="InputException">Something of the model has no form in ONNX.</exception>
    public static void Run(string path, string? output, string? images, CancellationToken cancellation)
    {
        output ??= Path.ChangeExtension(path, ".onnx");
        var ml = new MLContext();
        using var loaded = LoadedModel.Load(ml, new("model", path) { Option = "MODEL" });
        using var unpacked = new UnpackedImages();
        var data = images is null ? null : ml.Data.LoadFromEnumerable(Readable(unpacked.Source, images, cancellation));
        try
        {
            Screen.Exported(ml.Model.ExportToOnnx(loaded.App, output, new() { CheckData = data, CheckedRows = Compared }), output);
        }
        catch (NotSupportedException e)
        {
            throw new InputException($"{path}: {e.Message}", e);
        }
    }

    private static IEnumerable<ImageRow> Readable(ImageSource source, string images, CancellationToken cancellation)
    {
        var found = source.Read("--images", images, "a folder or zip of images", cancellation).AllImages;
        return ImageCheck.Decode([.. found.Take(Compared).Select(path => new LabeledImage(path, ""))], $"--images {images}", cancellation).Readable
            .Select(image => new ImageRow { ImagePath = image.Path });
    }
}
