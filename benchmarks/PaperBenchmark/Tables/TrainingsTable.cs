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
            "FPR95 by three scores. Means over the out-of-distribution sets.", plan.OtherSeeds,
            ["training", "accuracy", .. PaperScores.OfTrainings.Select(score => score.ToString())],
            plan.OtherTrainings.Select(training =>
            {
                var results = context.Find(plan.OtherSeeds.Select(training.Run));
                return (string[])
                [
                    training.Name,
                    Cell.Percent(TableContext.Accuracies(results)),
                    .. PaperScores.OfTrainings.Select(score => Cell.Percent(context.Means(results, score, figures => figures.Fpr95))),
                ];
            }));
    }
}
