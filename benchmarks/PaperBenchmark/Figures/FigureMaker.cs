using PaperBenchmark.Commands;
using PaperBenchmark.Plans;
using PaperBenchmark.Report;
using PaperBenchmark.Results;
using PaperBenchmark.Runs;
using PaperBenchmark.Tables;
using Shared.Plots;

namespace PaperBenchmark.Figures;

/// <summary>Draws the figures from finished runs.</summary>
internal sealed class FigureMaker(TableContext context)
{
    private readonly Plan _plan = context.Plan;

    /// <summary>The names, in the report's order.</summary>
    public static IReadOnlyList<string> Items { get; } = ["figure-1", "figure-2", "figure-3", "figure-4", "figure-5"];

    /// <summary>Draws a figure into the folder <c>figures</c> of the output.</summary>
    /// <param name="item">One of <see cref="Items"/>.</param>
    public ReportFigure Make(string item) => item switch
    {
        "figure-1" => Draw(item, "Mean logit norm over the epochs",
            "Mean ‖f‖₂ after each epoch: of the training images while they are trained on, of up to 2,000 test images, "
                + "and of as many out-of-distribution ones, evenly from all sets.",
            both => LogitNormFigure.Plot([.. both.Select(Norms)])),
        "figure-2" => Examples(item),
        "figure-3" => Draw(item, "Softmax outputs on a plane",
            "The two principal components of the softmax outputs of the test images. "
                + "The paper has t-SNE, for which there is no library here: this is PCA, not t-SNE.",
            both => Unknown(both) is { } set ? ProjectionFigure.Plot(Classes(both[0]), set, [.. both.Select(result => Projection(result, set))]) : null),
        "figure-4" => Draw(item, "How the softmax score is distributed",
            "Largest softmax probability of in-distribution and out-of-distribution images. The panels have scales of their own.",
            both => ScoreHistograms.Plot("Largest softmax probability", "largest softmax probability", [.. both.Select(Histogram)])),
        _ => Taus(item),
    };

    private ReportFigure Examples(string item)
    {
        var examples = ImageExamples.Read(context.Settings.Output);
        return Draw(item, "Softmax outputs of an in-distribution and an out-of-distribution image",
            "The middle image of the test set and of one out-of-distribution set; they were not chosen for what the networks make of them.",
            both => examples is not null && Unknown(both) is { } set && examples.Images.ContainsKey(set)
                ? SoftmaxFigure.Plot(
                    [.. both.Select(Title)], examples.Classes, [Example(both, examples, RunEvaluator.TestSet, set: null), Example(both, examples, set, set)])
                : null,
            examples is null ? ["The images are not kept yet: run evaluate."] : []);
    }

    private ReportFigure Taus(string item)
    {
        var results = _plan.Taus.Select(tau => (tau, Result: context.Store.Find(_plan.Run(_plan.LogitNormAt(tau), _plan.Seeds[0])))).ToArray();
        var crossEntropy = context.Store.Find(_plan.Run(_plan.CrossEntropy, _plan.Seeds[0]));
        string[] sets = [.. results.SelectMany(result => result.Result?.Ood.Keys ?? []).Distinct()];
        var score = PaperScores.Softmax.ToString();
        var curves = sets
            .Select(set => new TauCurve(set, [.. results.Select(result => (result.tau, Fpr95(result.Result, set)))]))
            .ToArray();
        return Written(item, "τ and FPR95",
            $"FPR95 of the softmax score after LogitNorm with several temperatures τ. {context.Budget([_plan.Seeds[0]])} {context.Protocol.Text}",
            curves.Length > 0 ? TauFigure.Plot(curves, crossEntropy is null ? null : context.Protocol.Mean(crossEntropy, score)?.Fpr95) : null, []);

        double? Fpr95(RunResult? result, string set) => result is null ? null : context.Protocol.Measure(result, set, score)?.Fpr95;
    }

    // Cross-entropy and LogitNorm beside each other, if both are there.
    private ReportFigure Draw(string item, string title, string caption, Func<IReadOnlyList<RunResult>, PlotPanels?> plot, IEnumerable<string>? notes = null)
    {
        var both = context.Find([_plan.Run(_plan.CrossEntropy, _plan.Seeds[0]), _plan.Run(_plan.LogitNorm, _plan.Seeds[0])]);
        return Written(item, title, $"{caption} {context.Budget([_plan.Seeds[0]])}", both.Count == 2 ? plot(both) : null, notes ?? []);
    }

    private ReportFigure Written(string item, string title, string caption, PlotPanels? panels, IEnumerable<string> notes)
    {
        var path = Path.Combine(context.Settings.Output, "figures", item);
        if (panels is not null)
            (panels with { Mark = context.Settings.Preset.Banner }).Write($"{path}.png", $"{path}.svg");
        return new()
        {
            Id = item,
            Title = $"{ItemName.Of(item)}. {title}",
            Caption = caption,
            Png = panels is null ? null : $"{path}.png",
            Svg = panels is null ? null : $"{path}.svg",
            Notes = [.. notes, .. context.Gaps(item)],
            Command = CommandText.Of(ItemName.Command(item), context.Settings),
        };
    }

    private static NormPanel Norms(RunResult result) => new(Title(result),
    [
        new("train", [.. result.Epochs.Select(line => (line.Epoch, line.TrainLogitNorm))]),
        new("test", [.. result.Epochs.Select(line => (line.Epoch, line.TestLogitNorm))]),
        new("unknown", [.. result.Epochs.Select(line => (line.Epoch, line.OodLogitNorm))]),
    ]);

    private static ProjectionPanel Projection(RunResult result, string set) => new()
    {
        Title = Title(result),
        Known = [.. result.Test.Logits.Select(Softmax.Of)],
        Labels = [.. result.Test.Labels],
        Unknown = [.. result.Ood[set].Logits.Select(Softmax.Of)],
    };

    private static ScorePanel Histogram(RunResult result) => new(Title(result),
    [
        new("known", Confidence(result.Test.Scores[PaperScores.Softmax.ToString()])),
        .. result.Ood.Select(set => new ScoreSeries(set.Key, Confidence(set.Value.Scores[PaperScores.Softmax.ToString()]))),
    ]);

    private static SoftmaxExample Example(IReadOnlyList<RunResult> both, ImageExamples examples, string name, string? set)
    {
        var example = examples.Images[name];
        int? label = set is null ? both[0].Test.Labels[example.Row] : null;
        return new()
        {
            Title = label is { } known ? $"in-distribution: {examples.Classes[known]}" : $"out-of-distribution: {set}",
            Size = example.Size,
            Pixels = example.Pixels,
            Label = label,
            Softmax = [.. both.Select(result => Softmax.Of((set is null ? result.Test : result.Ood[set]).Logits[example.Row]))],
        };
    }

    // Photographed digits before noise: they are what is hard.
    private string? Unknown(IReadOnlyList<RunResult> both)
    {
        string[] common = [.. both[0].Ood.Keys.Intersect(both[1].Ood.Keys)];
        string[] preferred = ["svhn", "mnist"];
        return preferred.Concat(context.Settings.Preset.OodSets).FirstOrDefault(common.Contains) ?? common.FirstOrDefault();
    }

    private IReadOnlyList<string> Classes(RunResult result)
        => ImageExamples.Read(context.Settings.Output)?.Classes ?? [.. Enumerable.Range(0, result.Test.Logits[0].Length).Select(i => $"class {i}")];

    // The score is the negated largest softmax probability; people know the probability.
    private static float[] Confidence(float[] scores) => [.. scores.Select(score => -score)];

    private static string Title(RunResult result) => result.Run.Loss.Name;
}
