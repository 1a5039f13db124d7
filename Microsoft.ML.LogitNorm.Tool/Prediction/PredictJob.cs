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
        using var loaded = LoadedModel.Load(_ml, new("model", model));
        Screen.RequireVerdicts(_ml, loaded.App, model);
        LabeledImage[] files = [.. images.SelectMany(Files).Select(path => new LabeledImage(path, ""))];
        var check = ImageCheck.Decode(files, "IMAGES", cancellation);
        var unreadable = check.Unreadable.ToDictionary(image => image.Path, image => image.Reason);
        var verdicts = _ml.Data.CreateEnumerable<Verdict>(
            loaded.App.Transform(_ml.Data.LoadFromEnumerable(check.Readable.Select(image => new ImageRow { ImagePath = image.Path }))),
            reuseRowObject: false).GetEnumerator();
        var answers = files.Select(file =>
        {
            cancellation.ThrowIfCancellationRequested();
            if (unreadable.TryGetValue(file.Path, out var reason))
                return Answer.Unreadable(file.Path, reason);
            verdicts.MoveNext();
            return Answer.Of(verdicts.Current);
        });
        using (verdicts)
            if (json)
                foreach (var answer in answers)
                    Console.Out.WriteLine(JsonSerializer.Serialize(answer, _json));   // as soon as it is known
            else
                Screen.Answers([.. answers]);
    }

    private IEnumerable<string> Files(string path)
    {
        if (File.Exists(path) && ImageFiles.IsImage(path))
            return [path];
        if (File.Exists(path) && !Path.GetExtension(path).Equals(".zip", StringComparison.OrdinalIgnoreCase))
            return [path];   // whatever it is called; that it is no image is told with the others
        var source = new ImageSource(Path.Combine(Path.GetTempPath(), "logitnorm"));
        var found = source.Read("IMAGES", path, "image files, or a folder or zip of them", cancellation).AllImages;
        return found.Count > 0 ? found : throw new InputException(
            $"IMAGES {path}: there are no images ({string.Join(", ", ImageFiles.Extensions)}) in that folder.");
    }
}
