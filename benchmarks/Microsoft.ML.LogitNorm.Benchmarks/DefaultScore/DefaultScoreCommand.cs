using System.CommandLine;
using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;
using Spectre.Console;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Benchmarks.DefaultScore;

/// <summary>The command <c>default-score</c>: what layer statistics, and the default score on top of them, add to a forward pass.</summary>
internal static class DefaultScoreCommand
{
    public const string Name = "default-score";

    private const int Batch = 128;

    // More rows than layer statistics, so that the score has real covariances to compute with.
    private const int FitRows = 600;

    private static readonly (int Depth, int Widen, int Images)[] s_networks = [(40, 2, 2 * Batch), (16, 1, 8 * Batch), (10, 1, 16 * Batch)];

    public static System.CommandLine.Command Create()
    {
        var rounds = CountOption.Create("--rounds", "How often each is measured, in turns; the middle round is told.", 15);
        var command = new System.CommandLine.Command(Name, "Measures layer statistics and the default score against the forward pass they come with.")
        {
            rounds,
        };
        command.SetAction(result =>
        {
            var table = new Table().Border(TableBorder.Markdown)
                .AddColumns("Network", "LayerStatistics: beyond the forward pass", "Default score: beyond both");
            foreach (var network in s_networks)
            {
                var (statistics, score) = Measure(network, result.GetValue(rounds));
                table.AddRow($"WRN-{network.Depth}-{network.Widen}, batch {Batch}", Percent(statistics), Percent(score));
            }
            AnsiConsole.Write(table);
        });
        return command;
    }

    private static string Percent(double share) => share.ToString("P1", CultureInfo.InvariantCulture);

    // The forward pass is Transform with the logits alone, from rows in memory.
    private static (double Statistics, double Score) Measure((int Depth, int Widen, int Images) network, int rounds)
    {
        var ml = new MLContext(1);
        using var model = ml.MulticlassClassification.Trainers.LogitNorm(new LogitNormTrainer.Options
        {
            Backbone = Backbone.WideResNet(network.Depth, network.Widen, 0),
            BatchSize = 16,
            LearningRate = 0.01,
            Epochs = 1,
            Seed = 1,
        }).Fit(SyntheticImages.View(ml, 32));
        using var score = ml.Transforms.OodScore().Fit(model.Transform(SyntheticImages.View(ml, FitRows)));
        SyntheticImages.Row[] rows = [.. SyntheticImages.Rows(network.Images)];
        var data = model.Transform(ml.Data.LoadFromEnumerable(rows));
        var scored = score.Transform(data);

        var seconds = Rounds.Seconds(
            rounds,
            () => ReadAll<VBuffer<float>>(data, "Logits"),
            () => ReadAll<VBuffer<float>>(data, "Logits", "LayerStatistics"),
            () => ReadAll<float>(scored, "OodScore"));
        return (Middle(seconds[1], seconds[0]), Middle(seconds[2], seconds[1]));
    }

    private static double Middle(IReadOnlyList<double> with, IReadOnlyList<double> without) => Series.Of(with.Zip(without, (a, b) => a / b - 1), 0.5);

    private static void ReadAll<T>(IDataView data, params string[] names)
    {
        DataViewSchema.Column[] columns = [.. names.Select(name => data.Schema[name])];
        using var cursor = data.GetRowCursor(columns);
        ValueGetter<T>[] getters = [.. columns.Select(column => cursor.GetGetter<T>(column))];
        var values = new T[getters.Length];
        while (cursor.MoveNext())
            for (var i = 0; i < values.Length; i++)
                getters[i](ref values[i]);
    }
}
