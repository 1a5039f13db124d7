using Microsoft.ML.LogitNorm;
using PaperBenchmark.Plans;
using PaperBenchmark.Report;
using PaperBenchmark.Results;

namespace PaperBenchmark.Tables;

/// <summary>Other ways to train than the paper's: T2FNorm, and outlier exposure.</summary>
internal static class TrainingsTable
{
    public static ReportTable Make(TableContext context)
    {
        var plan = context.Plan;
        return context.Table(
            Plan.Trainings, "T2FNorm and outlier exposure",
            "FPR95 by four scores: the mean over the out-of-distribution sets, and the highest of any set, which a mean hides.", plan.Seeds,
            ["training", "accuracy", .. PaperScores.OfTrainings.SelectMany(score => new[] { score.ToString(), "worst set" })],
            plan.OtherTrainings.Select(training =>
            {
                var results = context.Find(plan.Seeds.Select(training.Run));
                return (string[])
                [
                    training.Name,
                    Cell.Percent(TableContext.Accuracies(results)),
                    .. PaperScores.OfTrainings.SelectMany(score => new[]
                    {
                        Cell.Percent(context.Means(results, score, figures => figures.Fpr95)), Worst(context, results, score),
                    }),
                ];
            }));
    }

    // The set with the highest mean over the seeds, and that.
    private static string Worst(TableContext context, IReadOnlyList<RunResult> results, OodScore score)
    {
        var sets = results.SelectMany(result => result.Ood.Keys).Distinct()
            .Select(set => (Name: set, Shares: context.On(set, results, score, figures => figures.Fpr95).ToArray()))
            .Where(set => set.Shares.All(share => share is not null)).ToArray();
        if (sets.Length == 0)
            return Cell.Gap;
        var (name, shares) = sets.MaxBy(set => set.Shares.Average());
        return $"{name} {Cell.Percent(shares)}";
    }
}
