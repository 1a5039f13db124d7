using System.Text.Json;
using LogitNormTool.Features;
using LogitNormTool.Training;
using QuickStart;
using Shared.CommandLine;
using Shared.Files;
using Shared.Images;

namespace LogitNormTool.Audit;

/// <summary><c>logitnorm audit</c>: the images of a folder, each judged by a head on pretrained features that was trained without it.</summary>
/// <remarks>
/// The probability of an image's own label by a model that has not seen it finds wrong labels: Northcutt, Jiang and Chuang, "Confident learning", JAIR 2021,
/// arXiv 1911.00068. What belongs in no folder is the default score's to find.
/// </remarks>
internal sealed class AuditJob(string photos, int show, int seed, string output, CancellationToken cancellation)
{
    private const int Folds = 5, FewestInClass = 10, FewestImages = 40;

    // With fewer rows to rank by the score cannot tell far from very far.
    private const double RankingRows = 24, RankingShare = 0.2, MostRankingShare = 0.5;

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly MLContext _ml = new(seed);
    private readonly ImageContents _contents = new();

    /// <summary>Judges all images and writes the page.</summary>
    /// <returns>All images, the most suspicious first.</returns>
    public IReadOnlyList<Suspect> Run()
    {
        _ml.Log += (_, message) => Screen.Log(message);
        Directory.CreateDirectory(output);
        var images = Open();
        using var training = new HeadTraining(_ml, _contents, output, seed, epochs: null, cancellation);
        Screen.Preparing(done => training.Prepare(images, done));
        var suspects = Suspect.Ranked(TrainingDisplay.Show("judging", display => Judge(training, images, display)));
        var (page, data) = (Out("audit.html"), Out("audit.json"));
        AtomicFile.Write(page, AuditPage.Html(_ml, photos, suspects, show));
        AtomicFile.Write(data, JsonSerializer.Serialize(suspects, _json));
        Screen.Audited(suspects, page);
        Screen.Written(page, data);
        return suspects;
    }

    private IReadOnlyList<LabeledImage> Open()
    {
        var source = new ImageSource(Path.Combine(output, "cache"));
        var unreadable = new List<UnreadableImage>();
        IReadOnlyList<LabeledImage> images;
        try
        {
            images = Screen.Opening(() => ImageCheck.Keep(
                ClassFolders.Open(source, "PHOTOS", photos, DataPart.Train, limit: null, cancellation), $"PHOTOS {photos}", unreadable.Add, cancellation));
        }
        finally
        {
            // Before an error too, which may come of what is missing.
            source.LeftOut.Write(Out("left-out.txt"));
            QuickStart.Screen.LeftOut(source.LeftOut, Out("left-out.txt"));
        }
        UnreadableImage.Write(Out("unreadable.txt"), unreadable);
        Screen.Unreadable(unreadable, Out("unreadable.txt"));
        var small = images.GroupBy(image => image.Label)
            .Where(group => group.Count() < FewestInClass)
            .Select(group => $"{group.Key} ({group.Count()})")
            .ToList();
        if (small.Count > 0)
            throw new InputException($"PHOTOS {photos}: too few readable images of {string.Join(", ", small.Take(10))}. "
                + $"Give at least {FewestInClass} of each class: {Folds} models are trained, each without a fifth of them.");
        return images.Count >= FewestImages ? images : throw new InputException(
            $"PHOTOS {photos}: {images.Count} readable images are too few to judge any of them by the others. Give at least {FewestImages}.");
    }

    private IReadOnlyList<Suspect> Judge(PhotoTraining training, IReadOnlyList<LabeledImage> images, TrainingDisplay display)
    {
        var classes = images.Select(image => image.Label).Distinct().Order(StringComparer.Ordinal).ToArray();
        var suspects = new List<Suspect>();
        // Copies of an image are judged together: a model that has seen one has seen all.
        var left = _contents.Distinct(images);
        for (var fold = 0; fold < Folds; fold++)
        {
            cancellation.ThrowIfCancellationRequested();
            // Of each class a fifth of all, which is a half of what is left when two folds are.
            var (others, judged) = fold == Folds - 1 ? ([], left) : ImageSplit.Take(left, 1.0 / (Folds - fold), seed, $"fold {fold}");
            left = others;
            judged = _contents.AllOf(judged, images);
            var chosen = judged.ToHashSet();
            LabeledImage[] seen = [.. images.Where(image => !chosen.Contains(image))];
            var (train, ranking) = ImageSplit.Take(seen, Math.Clamp(RankingRows / seen.Length, RankingShare, MostRankingShare), seed, $"ranking {fold}");
            var network = training.Network(train, display).Fit(training.Rows(train));
            using var owned = network as IDisposable;
            using var score = _ml.Transforms.OodScore().Fit(network.Transform(training.Rows(train)), network.Transform(training.Rows(ranking)));
            var scored = score.Transform(network.Transform(training.Rows(judged)));
            var rows = _ml.Data.CreateEnumerable<Judged>(
                _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored).Transform(scored), reuseRowObject: false);
            suspects.AddRange(rows.Zip(judged, (row, image) => new Suspect(
                image.Path, image.Label, row.PredictedLabel, row.Score[Array.IndexOf(classes, image.Label)], row.OodScore)));
        }
        return suspects;
    }

    private string Out(string name) => Path.Combine(output, name);

    private sealed class Judged
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];

        public float OodScore { get; set; }
    }
}
