using System.Diagnostics;
using CompareScores;
using LogitNormTool.Prediction;
using Shared.CommandLine;
using Shared.Files;

namespace LogitNormTool.Scoring;

/// <summary><c>logitnorm score</c>: verdicts of many images, in files of rows that many processes write together.</summary>
/// <remarks>
/// What a file holds depends on the model and the list alone, not on who writes it: its images go through the model by themselves. So files that are there
/// are not written again, by however many shards the rest is done.
/// </remarks>
internal sealed class ScoreJob(ScoreSettings settings, CancellationToken cancellation)
{
    private readonly MLContext _ml = new() { GpuDeviceId = settings.GpuDeviceId, FallbackToCpu = false };

    public void Run()
    {
        _ml.Log += (_, message) => Screen.Log(message);
        using var loaded = LoadedModel.Load(_ml, new("model", settings.Model) { Option = "MODEL" }, out var modelSha256);
        Screen.RequireVerdicts(_ml, loaded.App, settings.Model);
        var list = Screen.Opening(() => ImageList.Open(settings.Images, settings.Root, settings.RowsPerFile, Screen.LeftOut, cancellation));
        Manifest.Of(settings.Model, modelSha256, settings.Images, list).Claim(settings.Output);
        AtomicFile.DeleteLeftOver(settings.Output, ScoreFiles.Pattern);

        var own = settings.Shard.Of(Enumerable.Range(0, list.Files.Count));
        int[] open = [.. own.Where(file => !IsDone(list, file))];
        ScoreScreen.Plan(settings.Shard, list.Files, own, open);
        if (open.Length > 0)
            ScoreScreen.Scoring(open.Sum(file => (long)list.Files.Rows(file)), progress => Score(list, new(_ml, loaded.App), open, progress));
        // One listing: of many shards each would otherwise ask the file system for each of many files.
        var there = ScoreFiles.In(settings.Output);
        ScoreScreen.Finished(settings.Output, list.Files.Count, Enumerable.Range(0, list.Files.Count).Count(file => !there.Contains(list.Files.Name(file))));
    }

    private void Score(ImageList list, ImageAnswers model, int[] files, ScoreProgress progress)
    {
        foreach (var file in files)
        {
            var clock = Stopwatch.StartNew();
            var images = list.Of(file);
            Require(list, file, ImagePresence.WhyNone(images));
            Answer[] answers = [.. model.Of(images, cancellation).Select(answer =>
            {
                progress.Row();
                return answer;
            })];
            Require(list, file, ImagePresence.WhyNotBelieved(images, answers, unread => model.Of(unread, cancellation)));
            var unreadable = ScoreFile.Write(PathOf(list, file), answers);
            progress.File(list.Files.Name(file), images.Count, unreadable, clock.Elapsed);
        }
    }

    // A folder that is not mounted is no folder of broken images.
    private void Require(ImageList list, int file, string? problem)
    {
        if (problem is not null)
            throw new InputException($"--images {settings.Images}: {problem} So {list.Files.Name(file)} is not written. "
                + "Is the folder mounted on this machine, and does it stay so? A list's names begin at --root, else at the list's folder.");
    }

    // Looked at line by line, as a power cut or a full disk may leave half of one.
    private bool IsDone(ImageList list, int file)
    {
        cancellation.ThrowIfCancellationRequested();
        return File.Exists(PathOf(list, file)) && ScoreFile.Holds(PathOf(list, file), list.Of(file).Select(image => image.Name));
    }

    private string PathOf(ImageList list, int file) => Path.Combine(settings.Output, list.Files.Name(file));
}
