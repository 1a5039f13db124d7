using System.CommandLine;
using System.Globalization;
using LogitNormTool.Features;
using LogitNormTool.Training;
using QuickStart;
using Shared.CommandLine;
using Shared.Images;
using Spectre.Console;

namespace Microsoft.ML.LogitNorm.Benchmarks.Photos;

/// <summary>
/// The command <c>photo-scores</c>: scores on pretrained features, by strangers to choose them by: each class of the photos left out of the training in turn,
/// and whatever other sets are given.
/// </summary>
internal static class PhotoScoresCommand
{
    public const string Name = "photo-scores";

    private const double RankingShare = 0.2;
    private const int GeneratedSide = 64, MostStrangers = 200;

    public static System.CommandLine.Command Create()
    {
        var photos = new Argument<string>("PHOTOS") { Description = "A folder or zip with train/ and test/, one sub-folder of photos for each class in both." };
        var ood = new Option<string[]>("--ood") { Description = "A set of images of none of the classes: NAME=PATH, or a generated one.", DefaultValueFactory = _ => [] };
        var seed = CountOption.Create("--seed", "Decides everything random.", 1);
        var output = new Option<string>("--output", "-o")
        {
            Description = "Where the features go.", HelpName = "DIR", DefaultValueFactory = _ => "artifacts/photo-scores",
        };
        var command = new System.CommandLine.Command(Name, "Compares all scores on pretrained features, each class of photos left out in turn.")
        {
            photos, ood, seed, output,
        };
        command.SetAction((result, cancellation) =>
        {
            Show(result.GetValue(photos)!, OodOption.ParseAll(result.GetValue(ood)!), result.GetValue(seed), result.GetValue(output)!, cancellation);
            return Task.CompletedTask;
        });
        return command;
    }

    private static void Show(string path, IReadOnlyList<OodOption> ood, int seed, string output, CancellationToken cancellation)
    {
        var ml = new MLContext(seed);
        var source = new ImageSource(Path.Combine(output, "cache"));
        var photos = ImageFolder.Load(source, path, cancellation: cancellation, option: "PHOTOS");
        var test = photos.Test ?? throw new InputException($"PHOTOS {path}: there is no folder test/.");
        (string Name, IReadOnlyList<LabeledImage> Images)[] strangers = [.. ood.Select(set => (
            set.Name, set.Load(source, GeneratedSide, seed, set.Path is null ? MostStrangers : null, cancellation)))];
        using var training = new HeadTraining(ml, new ImageContents(), output, seed, epochs: null, cancellation);
        LogitNormTool.Screen.Preparing(done => training.Prepare([.. photos.Train, .. test, .. strangers.SelectMany(set => set.Images)], done));

        OodScore[] scores = [training.Score, .. OodScores.All, OodScores.Mahalanobis(shrinkage: null, normalize: true), OodScores.NearestNeighbours(10)];
        var leftOut = photos.Classes.Select(name => Compare(
            photos.Train.Where(photo => photo.Label != name), test.Where(photo => photo.Label != name), [(name, [.. test.Where(photo => photo.Label == name)])])).ToList();
        var others = strangers.Length > 0 ? Compare(photos.Train, test, strangers) : null;

        var table = new Table().Border(TableBorder.Markdown).AddColumns(["score", "left-out class", .. ood.Select(set => set.Name), "mean"]);
        foreach (var (name, figures) in scores.Distinct().Where(score => Of(leftOut[0], score).Failure is null)
            .Select(score => (Name: score.ToString(), Figures: Figures(score).ToArray())).OrderBy(line => line.Figures.Average()))
            table.AddRow([Markup.Escape(name), .. figures.Append(figures.Average()).Select(Percent)]);
        AnsiConsole.Write(table);

        IEnumerable<double> Figures(OodScore score)
            => [leftOut.Average(comparison => Of(comparison, score).MeanFprAt95Tpr), .. others is null ? [] : Of(others, score).Sets.Select(set => set.Metrics.FprAt95Tpr)];

        OodScoreComparison Compare(
            IEnumerable<LabeledImage> seen, IEnumerable<LabeledImage> known, IReadOnlyList<(string Name, IReadOnlyList<LabeledImage> Images)> unknown)
        {
            var (train, ranking) = ImageSplit.Take([.. seen], RankingShare, seed, "ranking");
            var network = TrainingDisplay.Show("training", display => training.Network(train, display).Fit(training.Rows(train)));
            using var owned = network as IDisposable;
            return ml.AnomalyDetection.CompareOodScores(
                network, training.Rows([.. known]), unknown.ToDictionary(set => set.Name, set => training.Rows(set.Images)), new()
                {
                    Scores = [.. scores.Distinct()], TrainingData = training.Rows(train), HeldOutData = training.Rows(ranking), KeepRowScores = false,
                    CancellationToken = cancellation,
                });
        }
    }

    private static OodScoreResult Of(OodScoreComparison comparison, OodScore score) => comparison.Results.Single(result => score.Equals(result.Score));

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
}
