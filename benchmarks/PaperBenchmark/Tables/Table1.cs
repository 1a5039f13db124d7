using PaperBenchmark.Plans;
using PaperBenchmark.Report;
using PaperBenchmark.Results;

namespace PaperBenchmark.Tables;

/// <summary>The paper's Table 1: cross-entropy and LogitNorm on each out-of-distribution set.</summary>
internal static class Table1
{
    private const string PaperHeadline = "The paper has, for WRN-40-2, CIFAR-10 and 200 epochs, "
        + "an FPR95 on svhn of 50.33 with cross-entropy and 8.03 with LogitNorm.";

    public static ReportTable Make(TableContext context)
    {
        var plan = context.Plan;
        var crossEntropy = context.Find(plan.Seeds.Select(seed => plan.Run(plan.CrossEntropy, seed)));
        var logitNorm = context.Find(plan.Seeds.Select(seed => plan.Run(plan.LogitNorm, seed)));
        return context.Table(
            "table-1", "Cross-entropy and LogitNorm",
            "Score: largest softmax probability. FPR95: lower is better; AUROC, AUPR (in-distribution images positive): higher is better.", plan.Seeds,
            ["unknown images", "FPR95 cross-entropy", "FPR95 LogitNorm", "AUROC cross-entropy", "AUROC LogitNorm", "AUPR cross-entropy", "AUPR LogitNorm"],
            [
                .. context.SetsOf([.. crossEntropy, .. logitNorm])
                    .Select(set => Row(set, (results, figure) => context.On(set, results, PaperScores.Softmax, figure))),
                Row("mean", (results, figure) => context.Means(results, PaperScores.Softmax, figure)),
            ],
            [
                $"Accuracy on in-distribution images: cross-entropy {Cell.Percent(TableContext.Accuracies(crossEntropy))}, "
                    + $"LogitNorm {Cell.Percent(TableContext.Accuracies(logitNorm))}.",
                .. context.Settings.Dataset == "cifar10"
                    ? [context.Settings.Preset.IsThePapers ? PaperHeadline : $"{PaperHeadline} That is another budget than this one."]
                    : Array.Empty<string>(),
            ]);

        IEnumerable<string> Row(string name, Func<IReadOnlyList<RunResult>, Func<OodFigures, double>, IEnumerable<double?>> values) =>
        [
            name,
            Cell.Percent(values(crossEntropy, figures => figures.Fpr95)), Cell.Percent(values(logitNorm, figures => figures.Fpr95)),
            Cell.Percent(values(crossEntropy, figures => figures.Auroc)), Cell.Percent(values(logitNorm, figures => figures.Auroc)),
            Cell.Percent(values(crossEntropy, figures => figures.Aupr)), Cell.Percent(values(logitNorm, figures => figures.Aupr)),
        ];
    }
}
