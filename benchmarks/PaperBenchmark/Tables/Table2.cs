using Microsoft.ML.LogitNorm;
using PaperBenchmark.Plans;
using PaperBenchmark.Report;

namespace PaperBenchmark.Tables;

/// <summary>The paper's Table 2: other scores on the same networks.</summary>
internal static class Table2
{
    public static ReportTable Make(TableContext context)
    {
        var plan = context.Plan;
        var losses = new[] { (Name: "cross-entropy", Loss: plan.CrossEntropy), (Name: "LogitNorm", Loss: plan.LogitNorm) }
            .Select(loss => (loss.Name, Results: context.Find(plan.Seeds.Select(seed => plan.Run(loss.Loss, seed))))).ToArray();
        OodScore[] scores = [PaperScores.Softmax, PaperScores.Odin, PaperScores.Energy, PaperScores.GradNorm];
        return context.Table(
            "table-2", "With other scores", "Means over the out-of-distribution sets.", plan.Seeds,
            ["score", "loss", "FPR95", "AUROC", "AUPR"],
            scores.SelectMany(score => losses.Select(loss => (string[])[score.ToString(), loss.Name, .. context.MeanCells(loss.Results, score)])),
            ["GradNorm here is the closed form for each image; the official code takes one gradient of a whole batch."]);
    }
}
