using Microsoft.ML.LogitNorm;
using PaperBenchmark.Report;
using PaperBenchmark.Results;

namespace PaperBenchmark.Tables;

/// <summary>Beyond the paper: all scores, and Extended LogitNorm.</summary>
internal static class BeyondTable
{
    public static ReportTable Make(TableContext context)
    {
        var plan = context.Plan;
        var losses = new[]
        {
            (Name: "cross-entropy", Loss: plan.CrossEntropy),
            (Name: "LogitNorm", Loss: plan.LogitNorm),
            (Name: "Extended LogitNorm", Loss: plan.ExtendedLogitNorm),
        }
            .Select(loss => (loss.Name, Results: context.Find(plan.OtherSeeds.Select(seed => plan.Run(loss.Loss, seed))))).ToArray();
        var failures = losses
            .SelectMany(loss => loss.Results
                .SelectMany(result => result.Folder.ReadEvaluation().Sets)
                .SelectMany(set => set.Failures)
                .Select(failure => $"{failure.Key} after {loss.Name}: {failure.Value}"))
            .Distinct();
        return context.Table(
            "beyond", "All scores, and Extended LogitNorm",
            "Means over the out-of-distribution sets. No score was chosen beforehand: the best line is partly luck.", plan.OtherSeeds,
            ["score", .. losses.Select(loss => $"FPR95 {loss.Name}"), .. losses.Select(loss => $"AUROC {loss.Name}")],
            OodScores.All
                .OrderBy(score => losses
                    .SelectMany(loss => context.Means(loss.Results, score, figures => figures.Fpr95))
                    .OfType<double>()
                    .DefaultIfEmpty(2)
                    .Min())
                .Select(score => (string[])
                [
                    score.ToString(),
                    .. losses.Select(loss => Cell.Percent(context.Means(loss.Results, score, figures => figures.Fpr95))),
                    .. losses.Select(loss => Cell.Percent(context.Means(loss.Results, score, figures => figures.Auroc))),
                ]),
            [
                "Accuracy on in-distribution images: "
                + $"{string.Join(", ", losses.Select(loss => $"{loss.Name} {Cell.Percent(TableContext.Accuracies(loss.Results))}"))}.",
                .. failures,
            ]);
    }
}
