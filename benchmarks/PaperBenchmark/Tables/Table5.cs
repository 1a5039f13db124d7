using PaperBenchmark.Plans;
using PaperBenchmark.Report;
using PaperBenchmark.Results;

namespace PaperBenchmark.Tables;

/// <summary>The paper's Table 5: a penalty on the logits' norm in place of normalisation.</summary>
internal static class Table5
{
    public static ReportTable Make(TableContext context)
    {
        var plan = context.Plan;
        return context.Table(
            "table-5", "Logit penalty and LogitNorm",
            "Score: largest softmax probability. Means over the out-of-distribution sets. Logit norm: mean ‖f‖₂, a plain number.", plan.OtherSeeds,
            ["loss", "accuracy", "logit norm, known", "logit norm, unknown", "FPR95", "AUROC", "AUPR"],
            new[] { plan.CrossEntropy, plan.LogitPenalty, plan.LogitNorm }.Select(loss =>
            {
                var results = context.Find(plan.OtherSeeds.Select(seed => plan.Run(loss, seed)));
                return (string[])
                [
                    loss.ToString()!,
                    Cell.Percent(TableContext.Accuracies(results)),
                    Cell.Number(results.Select(result => (double?)result.TestLogitNorm), 2),
                    Cell.Number(results.Select(result => (double?)result.OodLogitNorm), 2),
                    .. context.MeanCells(results, PaperScores.Softmax),
                ];
            }),
            ["The weight of the penalty is this library's choice; the paper's is not known here."]);
    }
}
