using PaperBenchmark.Report;
using PaperBenchmark.Results;

namespace PaperBenchmark.Tables;

/// <summary>The paper's Table 4: how far probabilities can be taken at their word.</summary>
internal static class Table4
{
    public static ReportTable Make(TableContext context)
    {
        var plan = context.Plan;
        return context.Table(
            "table-4", "Calibration, before and after temperature scaling",
            "ECE with 15 bins of equal width. The temperature is fitted on every fifth test image; all figures are of the others.", plan.Seeds,
            ["loss", "accuracy", "temperature", "ECE before", "ECE after", "NLL before", "NLL after"],
            new[] { (Name: "cross-entropy", Loss: plan.CrossEntropy), (Name: "LogitNorm", Loss: plan.LogitNorm) }.Select(loss =>
            {
                var results = context.Find(plan.Seeds.Select(seed => plan.Run(loss.Loss, seed))).Select(CalibrationFigures.Measure).ToArray();
                return (string[])
                [
                    loss.Name,
                    Cell.Percent(results.Select(result => (double?)result.Before.Accuracy)),
                    Cell.Number(results.Select(result => (double?)result.Temperature), 3),
                    Cell.Percent(results.Select(result => (double?)result.Before.ExpectedCalibrationError)),
                    Cell.Percent(results.Select(result => (double?)result.After.ExpectedCalibrationError)),
                    Cell.Number(results.Select(result => (double?)result.Before.NegativeLogLikelihood), 3),
                    Cell.Number(results.Select(result => (double?)result.After.NegativeLogLikelihood), 3),
                ];
            }),
            ["Temperature and NLL are plain numbers, not percent."]);
    }
}
