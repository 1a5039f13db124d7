using PaperBenchmark.Plans;
using PaperBenchmark.Report;
using PaperBenchmark.Results;

namespace PaperBenchmark.Tables;

/// <summary>The paper's Table 3: other networks.</summary>
internal static class Table3
{
    public static ReportTable Make(TableContext context)
    {
        var plan = context.Plan;
        var losses = new[] { (Name: "cross-entropy", Loss: plan.CrossEntropy), (Name: "LogitNorm", Loss: plan.LogitNorm) };
        return context.Table(
            "table-3", "With other networks", "Score: largest softmax probability. Means over the out-of-distribution sets.", plan.OtherSeeds,
            ["network", "loss", "accuracy", "FPR95", "AUROC", "AUPR"],
            plan.Backbones.SelectMany(backbone => losses.Select(loss =>
            {
                var results = context.Find(plan.OtherSeeds.Select(seed => plan.Run(loss.Loss, seed, backbone)));
                return (string[])
                [
                    backbone.ToString()!, loss.Name, Cell.Percent(TableContext.Accuracies(results)), .. context.MeanCells(results, PaperScores.Softmax),
                ];
            })));
    }
}
