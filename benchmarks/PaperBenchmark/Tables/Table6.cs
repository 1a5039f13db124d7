using Microsoft.ML.LogitNorm;
using PaperBenchmark.Plans;
using PaperBenchmark.Report;
using PaperBenchmark.Results;
using PaperBenchmark.Runs;

namespace PaperBenchmark.Tables;

/// <summary>The paper's Table 6: Generalized ODIN and LogitNorm.</summary>
internal static class Table6
{
    public static ReportTable Make(TableContext context)
    {
        var plan = context.Plan;
        return context.Table(
            "table-6", "Generalized ODIN and LogitNorm with the ODIN score", "Means over the out-of-distribution sets.", plan.OtherSeeds,
            ["method", "score", "accuracy", "FPR95", "AUROC", "AUPR"],
            [
                Row("Generalized ODIN (DeConf-C)", plan.GeneralizedOdin, PaperScores.MaxCosine),
                Row("Generalized ODIN (DeConf-C)", plan.GeneralizedOdin, PaperScores.Odin),
                Row("LogitNorm", seed => plan.Run(plan.LogitNorm, seed), PaperScores.Odin),
            ],
            [
                "Generalized ODIN's own way of choosing the size of input perturbations is not part of this: MaxCosine is its score without perturbation, "
                + "Odin perturbs by its own paper's amount.",
            ]);

        IEnumerable<string> Row(string method, Func<int, RunOptions> run, OodScore score)
        {
            var results = context.Find(plan.OtherSeeds.Select(run));
            return [method, score.ToString(), Cell.Percent(TableContext.Accuracies(results)), .. context.MeanCells(results, score)];
        }
    }
}
