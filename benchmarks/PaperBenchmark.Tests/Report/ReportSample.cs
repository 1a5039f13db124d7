using PaperBenchmark.Figures;
using PaperBenchmark.Report;
using PaperBenchmark.Tests.Figures;
using Shared.Plots;

namespace PaperBenchmark.Tests.Report;

/// <summary>A whole report of made-up figures, with all that makes a page hard: wide tables, long names and notes, gaps.</summary>
internal static class ReportSample
{
    private static readonly string[] Sets = ["svhn", "textures", "lsun-crop", "lsun-resize", "isun", "places365"];

    /// <param name="folder">Where the figures' files are written.</param>
    public static ReportContent Content(TemporaryFolder folder)
    {
        var random = new Random(5);
        return new()
        {
            Title = "LogitNorm on cifar10: the paper's experiments, preset smoke",
            Banner = "smoke: not results",
            Summary = ["A paragraph with a_name, 3 * 4 < 13 & a | bar; run `download svhn`.", "1. is how this one begins, and it is no list."],
            Tables =
            [
                Table(
                    1,
                    "Cross-entropy and LogitNorm",
                    ["CrossEntropy", "LogitNorm(τ = 0.04)"],
                    [.. Sets.SelectMany(set => new[] { $"{set} FPR95", $"{set} AUROC" }), "mean FPR95", "mean AUROC"]),
                Table(
                    2,
                    "Scores",
                    ["MSP", "ODIN", "Energy", "GradNorm"],
                    ["CrossEntropy FPR95", "CrossEntropy AUROC", "CrossEntropy AUPR", "LogitNorm FPR95", "LogitNorm AUROC", "LogitNorm AUPR"]),
                Table(3, "Architectures", ["WideResNet(40, 2)", "ResNet(34)", "DenseNet(100, 12)"], ["FPR95", "AUROC", "AUPR"]),
                Table(
                    4,
                    "Calibration error before and after temperature scaling",
                    ["CrossEntropy", "LogitNorm(τ = 0.04)"],
                    ["before (%)", "after (%)", "temperature"]),
                Table(5, "Logit penalty and LogitNorm", ["LogitPenalty(λ = 0.05)", "LogitNorm(τ = 0.04)"], ["norm, known", "norm, unknown", "FPR95", "AUROC"]),
                Table(
                    6,
                    "Generalized ODIN and LogitNorm",
                    ["GodinHead(cosine) with a rather long name of its options", "LogitNorm with the ODIN score"],
                    ["FPR95", "AUROC"]),
                Table(
                    7,
                    "Beyond the paper: all scores",
                    ["mahalanobis", "vim(dimension = 64)", "knn|K=50", "<b>react</b>_*90*"],
                    [.. Sets.Append("mean").SelectMany(set => new[] { $"{set} FPR95", $"{set} AUROC" })]),
            ],
            Figures =
            [
                Figure(1, "Mean logit norm", LogitNormFigure.Plot(FigureSample.Norms(10))),
                Figure(
                    2,
                    "Softmax outputs of two images",
                    SoftmaxFigure.Plot(FigureSample.Losses, FigureSample.Classes, FigureSample.Examples(FigureSample.Classes))),
                Figure(3, "Softmax outputs on a plane", ProjectionFigure.Plot(FigureSample.Classes, "mnist", FigureSample.Projections(300))),
                Figure(4, "Distribution of scores", ScoreHistograms.Plot("Softmax confidence", "softmax confidence", FigureSample.Scores())),
                Figure(5, "τ and FPR95", null),
            ],
            Settings =
            [
                ("preset", "smoke: seconds, for CI"),
                ("protocol", "2,000 unknown images a set, mean over 10 draws; " + string.Join(", ", Sets)),
                ("machine", "CPU; a_processor|with <marks>; TorchSharp 0.107.0"),
            ],
            Runs = new()
            {
                Id = "runs", Title = "Runs", Caption = "A folder each.", Columns = ["run", "folder", "accuracy"],
                Rows =
                [
                    ["CrossEntropy, WideResNet(16, 1), seed 1", "0123456789abcdef", "91.2"],
                    ["LogitNorm(τ = 0.04), WideResNet(16, 1), seed 1", "fedcba9876543210", "–"],
                ],
                Command = "dotnet run -- train",
            },
            Command = "dotnet run --project benchmarks/PaperBenchmark -c Release -- all --preset smoke --output artifacts/paper-benchmark",
        };

        ReportTable Table(int number, string title, string[] names, string[] columns) => new()
        {
            Id = $"table-{number}",
            Title = $"Table {number}. {title}",
            Caption = "All in percent. FPR95, lower is better: unknown images that pass as known when 95 % of the known do. "
                + "Mean ± standard deviation over 3 seeds. (smoke: not results)",
            Columns = ["method", .. columns],
            Rows = [.. names.Select(name => (IReadOnlyList<string>)
            [
                name, .. columns.Select((_, i) => i == 4 ? "–" : $"{100 * random.NextDouble():F1} ± {random.NextDouble():F1}"),
            ])],
            Notes = number == 1
                ?
                [
                    "isun is missing: `download isun` fetches it.",
                    "A long note, to see what a long one does: " + string.Join(' ', Enumerable.Repeat("words and words", 20)) + ".",
                ]
                : [],
            Command = $"dotnet run --project benchmarks/PaperBenchmark -c Release -- table {number} --preset smoke --data-root "
                + "/a/rather/long/path/to/the/data --output artifacts/paper-benchmark",
        };

        ReportFigure Figure(int number, string title, PlotPanels? plot)
        {
            var (png, svg) = (folder.At("figures", $"figure-{number}.png"), folder.At("figures", $"figure-{number}.svg"));
            (plot is null ? null : plot with { Mark = "smoke: not results" })?.Write(png, svg);
            return new()
            {
                Id = $"figure-{number}",
                Title = $"Figure {number}. {title}",
                Caption = "What it shows \"in quotes\", of <which> images [and runs].",
                Png = plot is null ? null : png,
                Svg = plot is null ? null : svg,
                Notes = plot is null ? ["Not drawn: no run of more than one τ."] : [],
                Command = $"dotnet run --project benchmarks/PaperBenchmark -c Release -- figure {number} --preset smoke",
            };
        }
    }
}
