using System.Globalization;
using LogitNormTool.Features;
using LogitNormTool.Training;
using QuickStart;
using Shared.CommandLine;
using Shared.Images;
using Spectre.Console;

namespace Microsoft.ML.LogitNorm.Benchmarks.Photos;

/// <summary>Scores on the tool's features and head, by strangers.</summary>
/// <param name="seed">Decides everything random.</param>
/// <param name="rankingShare">The share of the training photos that no head is trained on, for ranks.</param>
/// <param name="output">Where features are kept.</param>
/// <param name="cancellation">Stops it.</param>
internal sealed class PhotoScores(int seed, double rankingShare, string output, CancellationToken cancellation)
{
    private static readonly OodScore s_directions = OodScores.Mahalanobis(shrinkage: null, normalize: true);
    private static readonly OodScore s_layers = OodScores.RelativeLayerGaussian();
    private static readonly OodScore s_relative = OodScores.RelativeMahalanobis(shrinkage: null, normalize: true);

    private readonly MLContext _ml = new(seed);

    /// <summary>Opens photos and strangers.</summary>
    public ImageSource Source { get; } = new(Path.Combine(output, "cache"));

    /// <summary>All scores, and the parts of the tool's.</summary>
    public static IReadOnlyList<OodScore> Usual { get; } = [.. OodScores.All, s_directions, OodScores.NearestNeighbours(10)];

    /// <summary>All settings that are worth trying but Odin's, and pairs and triples of those that look at directions.</summary>
    public static IReadOnlyList<OodScore> AllSettings { get; } =
    [
        .. Usual, .. OodScores.Candidates.Where(score => score.Name != "Odin"), OodScores.VirtualLogit(128), OodScores.Residual(128),
        .. Partners.Select(partner => OodScores.Fuse(s_directions, partner)),
        .. Partners.Select(partner => OodScores.Fuse(s_relative, partner)),
        .. Partners.Where(partner => partner != s_layers).Select(partner => OodScores.Fuse(s_directions, s_layers, partner)),
        .. Partners.Where(partner => partner != s_layers).Select(partner => OodScores.Fuse(s_relative, s_layers, partner)),
    ];

    private static IEnumerable<OodScore> Partners
        =>
        [
            s_layers, OodScores.NearestNeighbours(1), OodScores.NearestNeighbours(5), OodScores.VirtualLogit(64), OodScores.Residual(64),
            OodScores.MaxSoftmax(), OodScores.MaxLogit(),
        ];

    /// <summary>FPR95 of each score in %, the lowest mean first; of reported strangers AUROC too.</summary>
    /// <param name="path">The photos.</param>
    /// <param name="chosenBy">Strangers that count in the mean, beside the classes left out.</param>
    /// <param name="reported">Others.</param>
    /// <param name="others">The scores beside the tool's own.</param>
    public Table Table(
        string path,
        IReadOnlyList<(string Name, IReadOnlyList<LabeledImage> Images)> chosenBy,
        IReadOnlyList<(string Name, IReadOnlyList<LabeledImage> Images)> reported,
        IReadOnlyList<OodScore> others)
    {
        var photos = ImageFolder.Load(Source, path, cancellation: cancellation, option: "PHOTOS");
        var test = photos.Test ?? throw new InputException($"PHOTOS {path}: there is no folder test/.");
        using var training = new HeadTraining(_ml, new ImageContents(), output, seed, epochs: null, cancellation);
        LogitNormTool.Screen.Preparing(done => training.Prepare([.. photos.Train, .. test, .. chosenBy.Concat(reported).SelectMany(set => set.Images)], done));
        OodScore[] scores = [.. others.Prepend(training.Score).Distinct()];

        var leftOut = photos.Classes.Select(name => Compare(
            training, scores, photos.Train.Where(photo => photo.Label != name), test.Where(photo => photo.Label != name),
            [(name, [.. test.Where(photo => photo.Label == name)])])).ToList();
        var sets = chosenBy.Concat(reported).ToList();
        var whole = sets.Count > 0 ? Compare(training, scores, photos.Train, test, sets) : null;

        var table = new Table().Border(TableBorder.Markdown)
            .AddColumns(["score", "left-out class", .. chosenBy.Select(set => set.Name), "mean", .. reported.Select(set => set.Name)]);
        foreach (var (score, figures) in scores.Where(score => Of(leftOut[0], score).Failure is null)
            .Select(score => (score, Figures: Figures(score).ToArray())).OrderBy(line => line.Figures.Average()))
            table.AddRow([Markup.Escape(score.ToString()), .. figures.Append(figures.Average()).Select(Percent), .. Reported(score)]);
        return table;

        IEnumerable<double> Figures(OodScore score)
            => [leftOut.Average(comparison => Of(comparison, score).MeanFprAt95Tpr), .. Sets(score).Take(chosenBy.Count).Select(set => set.Metrics.FprAt95Tpr)];

        IEnumerable<string> Reported(OodScore score)
            => Sets(score).Skip(chosenBy.Count).Select(set => $"{Percent(set.Metrics.FprAt95Tpr)} / {Percent(set.Metrics.Auroc)}");

        IReadOnlyList<OodSetResult> Sets(OodScore score) => whole is null ? [] : Of(whole, score).Sets;
    }

    private OodScoreComparison Compare(
        HeadTraining training,
        IReadOnlyList<OodScore> scores,
        IEnumerable<LabeledImage> seen,
        IEnumerable<LabeledImage> known,
        IReadOnlyList<(string Name, IReadOnlyList<LabeledImage> Images)> unknown)
    {
        var (train, ranking) = ImageSplit.Take([.. seen], rankingShare, seed, "ranking");
        var network = TrainingDisplay.Show("training", display => training.Network(train, display).Fit(training.Rows(train)));
        using var owned = network as IDisposable;
        return _ml.AnomalyDetection.CompareOodScores(
            network, training.Rows([.. known]), unknown.ToDictionary(set => set.Name, set => training.Rows(set.Images)), new()
            {
                Scores = scores, TrainingData = training.Rows(train), HeldOutData = training.Rows(ranking), KeepRowScores = false,
                CancellationToken = cancellation,
            });
    }

    private static OodScoreResult Of(OodScoreComparison comparison, OodScore score) => comparison.Results.Single(result => score.Equals(result.Score));

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
}
