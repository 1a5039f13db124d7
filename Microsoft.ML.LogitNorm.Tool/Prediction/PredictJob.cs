using CompareScores;
using Shared.CommandLine;
using Shared.Images;

namespace LogitNormTool.Prediction;

/// <summary><c>logitnorm predict</c>: verdicts of images.</summary>
internal sealed class PredictJob(string model, IReadOnlyList<string> images, bool json, CancellationToken cancellation)
{
    private readonly MLContext _ml = new();

    public void Run()
    {
        _ml.Log += (_, message) => Screen.Log(message);
        using var loaded = LoadedModel.Load(_ml, new("model", model) { Option = "MODEL" });
        Screen.RequireVerdicts(_ml, loaded.App, model);
        using var unpacked = new UnpackedImages();
        (string Name, string Path)[] files = [.. images.SelectMany(path => Files(path, unpacked.Source)).Select(path => (path, path))];
        Screen.LeftOut(unpacked.Source.LeftOut);
        var answers = new ImageAnswers(_ml, loaded.App).Of(files, cancellation);
        if (json)
            foreach (var answer in answers)
                Console.Out.WriteLine(AnswerLine.TextOf(answer));
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
