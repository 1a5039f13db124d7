using CompareScores.Report;
using Microsoft.ML;
using Microsoft.ML.LogitNorm;
using Shared.CommandLine;
using Shared.Files;
using Shared.Images;

namespace CompareScores;

/// <summary>The whole run: images, then for each model scores, calibration, and what is written about them.</summary>
internal sealed class CompareJob(Settings settings, CancellationToken cancellation)
{
    private readonly MLContext _ml = new(seed: 1) { GpuDeviceId = settings.GpuDeviceId, FallbackToCpu = false };
    private readonly ImageSource _source = new(Path.Combine(settings.Output, "cache"));
    private readonly Dictionary<int, (IReadOnlyList<UnknownSet> Reported, IReadOnlyList<UnknownSet> Searched)> _unknown = [];

    public void Run()
    {
        _ml.Log += (_, message) => Screen.Log(message);
        if (settings.Train is null && settings.Scores?.FirstOrDefault(score => score.Learns) is { } learner)
            throw new InputException($"--scores: {learner.Name} learns from the images that the model was trained on. "
                + "Give them: --train PATH; or leave the score out.");
        ImageSets.RequireApart(settings);
        Directory.CreateDirectory(settings.Output);
        var images = Open();
        // What an earlier run has left does not belong to the figures of this one, should it be stopped half-way.
        string[] written = ["scores.md", "scores.json", "reliability-*.png", "reliability-*.svg"];
        foreach (var file in written.SelectMany(pattern => Directory.EnumerateFiles(settings.Output, pattern)))
            File.Delete(file);

        Screen.Plan(settings, images);
        var results = new List<ModelResult>();
        foreach (var option in settings.Models)
        {
            var result = Compare(option, images);
            results.Add(result);
            Screen.Result(result);
            Write(results);   // after each, so that a run that is stopped keeps what it has
        }
        Screen.Files([Out("scores.md"), Out("scores.json"), .. settings.Models.Select(model => Out(ReliabilityDiagram.FileName(model, "png")))]);
    }

    private ImageSets Open()
    {
        try
        {
            var images = Screen.Opening(() => ImageSets.Open(settings, _source, Screen.Unreadable, cancellation));
            // All models are opened once before any is measured: a wrong name is told now rather than after minutes.
            foreach (var option in settings.Models)
            {
                using var model = LoadedModel.Load(_ml, option);
                images.RequireClassesOf(option.Name, model.Classes);
                Unknown(images, model);
            }

            return images;
        }
        finally
        {
            // Before an error too, which may come of what is missing.
            _source.LeftOut.Write(Out("left-out.txt"));
            Screen.LeftOut(_source.LeftOut, Out("left-out.txt"));
        }
    }

    private ModelResult Compare(ModelOption option, ImageSets images)
    {
        using var model = LoadedModel.Load(_ml, option);
        var (unknown, searched) = Unknown(images, model);
        // Calibration looks at the test images once more.
        var total = (images.Train?.Count ?? 0) + 2 * images.Test.Count + unknown.Concat(searched).Sum(set => set.Images.Count);
        return Screen.Working(option.Name, total, seen =>
        {
            var comparison = CompareScores(model.App, images, unknown, searched, seen);
            var calibration = CalibrationResult.Measure(_ml, model.App, images.Test, set => View(set, seen));
            var rows = searched.Count == 0
                ? new RowCounts(images.Train?.Count, images.Test.Count, Counts(unknown))
                : new RowCounts(images.Train?.Count, images.Reported.Count, Counts(unknown), images.Validation.Count, Counts(searched));
            return new ModelResult(option, rows, comparison, LeftOut(comparison), calibration);
        });
    }

    private OodScoreComparison CompareScores(
        ITransformer app, ImageSets images, IReadOnlyList<UnknownSet> unknown, IReadOnlyList<UnknownSet> searched, Action seen)
    {
        return _ml.AnomalyDetection.CompareOodScores(app, View(searched.Count > 0 ? images.Reported : images.Test, seen), Views(unknown), new()
        {
            Scores = searched.Count > 0 ? settings.Scores is { } named ? ScoreNames.Candidates(named) : null : settings.Scores,
            Search = searched.Count > 0 ? new(View(images.Validation, seen), Views(searched)) : null,
            TrainingData = images.Train is { } train ? View(train, seen) : null,
            CancellationToken = cancellation,
        });

        IReadOnlyDictionary<string, IDataView> Views(IEnumerable<UnknownSet> sets) => sets.ToDictionary(set => set.Name, set => View(set.Images, seen));
    }

    private (IReadOnlyList<UnknownSet> Reported, IReadOnlyList<UnknownSet> Searched) Unknown(ImageSets images, LoadedModel model)
    {
        if (!_unknown.TryGetValue(model.ImageSize, out var sets))
            _unknown[model.ImageSize] = sets = Screen.Opening(() => (
                images.Unknown(settings, _source, model.ImageSize, Screen.Unreadable, cancellation),
                images.Searched(settings, _source, model.ImageSize, Screen.Unreadable, cancellation)));
        return sets;
    }

    private static IReadOnlyDictionary<string, int> Counts(IEnumerable<UnknownSet> sets) => sets.ToDictionary(set => set.Name, set => set.Images.Count);

    // The bar moves with each image that is opened, not with each batch that is scored: a batch of large images takes a while.
    private IDataView View(IEnumerable<LabeledImage> images, Action seen)
        => _ml.Data.LoadFromEnumerable(images.Select(image =>
        {
            cancellation.ThrowIfCancellationRequested();
            seen();
            return new ImageRow { ImagePath = image.Path, Label = image.Label };
        }));

    private IReadOnlyList<string> LeftOut(OodScoreComparison comparison)
        => settings.Scores is null ? [.. OodScores.All.Select(score => score.Name).Except(comparison.Results.Select(result => result.Score!.Name))] : [];

    private void Write(IReadOnlyList<ModelResult> results)
    {
        ReliabilityDiagram.Write(settings.Output, results[^1]);
        ScoresFile.From(settings, results).Write(Out("scores.json"));
        AtomicFile.Write(Out("scores.md"), ScoresPage.Text(settings, results));
    }

    private string Out(string name) => Path.Combine(settings.Output, name);
}
