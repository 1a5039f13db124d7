using PaperBenchmark.Plans;
using PaperBenchmark.Report;
using PaperBenchmark.Results;
using PaperBenchmark.Runs;
using PaperBenchmark.Tables;

namespace PaperBenchmark.Tests.Results;

/// <summary>Tables of made-up runs whose figures can be counted by hand.</summary>
public sealed class TablesTests
{
    private TemporaryFolder _folder;
    private BenchmarkSettings _settings;

    private Plan Plan => _settings.Plan;

    [SetUp]
    public void SetUp()
    {
        _folder = new();
        _settings = new()
        {
            Preset = Preset.Find("smoke") with { OodSets = ["near", "absent"] },
            Dataset = "gratings",
            DataRoot = "data",
            Output = _folder.Root,
            Seeds = [1, 2],
            Ood = [],
            AllOod = false,
            Draws = 10,
            CommandLine = "--preset smoke",
        };
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Table1_HasMeanAndDeviationOverSeeds_AndMarksGaps()
    {
        Write(Plan.Run(Plan.CrossEntropy, 1), passing: 2);
        Write(Plan.Run(Plan.CrossEntropy, 2), passing: 4);
        Write(Plan.Run(Plan.LogitNorm, 1), passing: 1);
        var table = Make("table-1");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(table.Rows.Select(row => row[0]), Is.EqualTo(new[] { "near", "absent", "mean" }));
            Assert.That(table.Rows[0].Take(3), Is.EqualTo(new[] { "near", "75.0 ± 35.4", "25.0" }), "2 and 4 of 4 pass: mean 75, deviation over n - 1; 1 of 4");
            Assert.That(table.Rows[1].Skip(1), Is.All.EqualTo(Cell.Gap));
            Assert.That(table.Rows[2][2], Is.EqualTo("25.0"), "the set that is not there is not in the mean");
            Assert.That(table.Notes, Has.Some.Contain("LogitNorm(tau: 0.04, warmup: 0.5), WideResNet(10, 1, 0), seed 2: not trained yet"));
            Assert.That(table.Notes, Has.Some.Contain("download absent --data-root data"));
            Assert.That(table.Caption, Does.Contain("smoke: not results").And.Contain("a fifth of the test set"));
            Assert.That(table.Command, Is.EqualTo("dotnet run --project benchmarks/PaperBenchmark -c Release -- table 1 --preset smoke"));
        }
    }

    [Test]
    public void AllTables_WithoutAnyRun_AreGapsWithACommand()
    {
        foreach (var item in TableMaker.Items)
        {
            var table = Make(item);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(table.Rows, Is.Not.Empty, item);
                Assert.That(table.Rows.SelectMany(row => row), Has.Some.EqualTo(Cell.Gap), item);
                Assert.That(table.Rows.Select(row => row.Count), Is.All.EqualTo(table.Columns.Count), item);
                Assert.That(table.Notes, Has.Some.Contain("-- all --preset smoke"), item);
            }
        }
    }

    [Test]
    public void Table5_CountsLogitNorms()
    {
        Write(Plan.Run(Plan.LogitPenalty, 1), passing: 0);
        var row = Make("table-5").Rows.Single(row => row[0].StartsWith("LogitPenalty", StringComparison.Ordinal));
        Assert.That((row[1], row[2], row[3]), Is.EqualTo(("100.0", "5.00", "10.00")), "accuracy; logits (3, 4) known and (6, 8) unknown");
    }

    [Test]
    public void Trainings_HaveALineForEach_AndSayHowToTrainThem()
    {
        Write(Plan.T2FNorm(1), passing: 1);
        var table = Make(Plan.Trainings);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(table.Rows.Select(row => row[0]), Is.EqualTo(Plan.OtherTrainings.Select(training => training.Name)));
            Assert.That(
                table.Rows.Single(row => row[0] == "T2FNorm").Skip(1).Take(3),
                Is.EqualTo(new[] { "100.0", "25.0", "near 25.0" }),
                "accuracy; 1 of 4 passes");
            Assert.That(table.Title, Does.StartWith("Other trainings. "));
            Assert.That(table.Notes, Has.Some.Contain("-- train trainings --preset smoke`, then `").And.Some.Contain("-- evaluate trainings --preset smoke`"));
            Assert.That(table.Command, Does.Contain("-- table trainings --preset smoke"));
        }
    }

    [Test]
    public void DivergedRun_SaysSo()
    {
        RunFolder.Of(_settings.Output, Plan.Run(Plan.LogitNorm, 1)).WriteDiverged(new("The loss became NaN."));
        Assert.That(Make("table-1").Notes, Has.Some.Contain("training diverged. The loss became NaN."));
    }

    [Test]
    public void Protocol_LargerSets_AreMeanOfSeededDraws_OrWhole()
    {
        var run = Plan.Run(Plan.CrossEntropy, 1);
        // 20 known: draws of 4. Of 8 unknown images half pass.
        Write(run, known: 20, unknown: [0, 0, 0, 0, 9, 9, 9, 9]);
        var drawn = Measure(_settings);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Measure(_settings), Is.EqualTo(drawn), "the same draws each time");
            Assert.That(drawn, Is.InRange(0.25, 0.75).And.Not.EqualTo(0.5));
            Assert.That(Measure(_settings with { AllOod = true }), Is.EqualTo(0.5));
        }

        double Measure(BenchmarkSettings settings)
            => new OodProtocol(settings).Measure(new ResultStore(settings).Find(run)!, "near", "MaxSoftmax")!.Value.Fpr95;
    }

    [TestCase(new double[] { }, "–")]
    [TestCase(new[] { 0.123 }, "12.3")]
    [TestCase(new[] { 0.1, 0.3 }, "20.0 ± 14.1")]
    public void Cell_Percent(double[] shares, string text) => Assert.That(Cell.Percent(shares.Select(share => (double?)share)), Is.EqualTo(text));

    private ReportTable Make(string item) => TableMaker.Make(item, new(_settings, new(_settings), new(_settings)));

    // 20 known images score 1 to 20; of the 4 unknown ones those that pass score 0, the others 99.
    private void Write(RunOptions run, int passing) => Write(run, 20, [.. Enumerable.Range(0, 4).Select(i => i < passing ? 0f : 99f)]);

    private void Write(RunOptions run, int known, float[] unknown)
    {
        var folder = RunFolder.Of(_settings.Output, run);
        folder.WriteTrained(new(640, 78_000, 10, 640, DateTime.UnixEpoch));
        var inside = unknown.Max() < 99 ? Enumerable.Range(0, known).Select(i => i / 10f) : Enumerable.Range(1, known).Select(i => (float)i);
        Put("test", [.. Enumerable.Repeat(1, known)], [3, 4], [.. inside]);
        Put("near", [], [6, 8], unknown);

        void Put(string set, int[] labels, float[] logits, float[] scores)
        {
            string[] names = [.. PaperScores.All.Select(score => score.ToString())];
            new SetScores(labels, [.. scores.Select(_ => logits)], names.ToDictionary(name => name, _ => scores)).Write(folder.Scores(set));
            folder.WriteEvaluation(folder.ReadEvaluation().With(new(set, scores.Length, "", names, new Dictionary<string, string>(), 1)));
        }
    }
}
