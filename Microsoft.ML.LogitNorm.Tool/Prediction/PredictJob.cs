using System.Text.Json;
using CompareScores;
using QuickStart;
using Shared.CommandLine;
using Shared.Images;

namespace LogitNormTool.Prediction;

/// <summary><c>logitnorm predict</c>: verdicts of images.</summary>
internal sealed class PredictJob(string model, IReadOnlyList<string> images, bool json, CancellationToken cancellation)
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);

    private readonly MLContext _ml = new();

    public void Run()
    {
        _ml.Log += (_, message) => Screen.Log(message);
        using var loaded = LoadedModel.Load(_ml, new("model", model) { Option = "MODEL" });
        Screen.RequireVerdicts(_ml, loaded.App, model);
        using var unpacked = new UnpackedImages();
        LabeledImage[] files = [.. images.SelectMany(path => Files(path, unpacked.Source)).Select(path => new LabeledImage(path, ""))];
        Screen.LeftOut(unpacked.Source.LeftOut);
        var reasons = ImageCheck.WhyUnreadable(files, cancellation);
        var readable = files.Where((_, i) => reasons[i].Length == 0);
        using var verdicts = _ml.Data.CreateEnumerable<Verdict>(
            loaded.App.Transform(_ml.Data.LoadFromEnumerable(readable.Select(image => new ImageRow { ImagePath = image.Path }))),
            reuseRowObject: false).GetEnumerator();
        var answers = files.Select((file, i) =>
        {
            cancellation.ThrowIfCancellationRequested();
            return reasons[i].Length > 0 ? Answer.Unreadable(file.Path, reasons[i])
                : verdicts.MoveNext() ? Answer.Of(verdicts.Current)
                : throw new InvalidOperationException("The model gave fewer rows than it took.");
        });
        if (json)
            foreach (var answer in answers)
                Console.Out.WriteLine(JsonSerializer.Serialize(answer, _json));
        else
            Screen.Answers([.. answers]);
    }

    private IEnumerable<string> Files(string path, ImageSource source)
    {
        if (File.Exists(path) && !Path.GetExtension(path).Equals(".zip", StringComparison.OrdinalIgnoreCase))
            return [path];   // whatever it is called; that it is no image is told with the others
        var found = source.Read("IMAGES", path, "image files, or a folder or zip of them", cancellation).AllImages;
        return found.Count > 0 ? found : throw new InputException(
            $"IMAGES {path}: there are no images ({string.Join(", ", ImageFiles.Extensions)}) in that folder.");
    }
}
