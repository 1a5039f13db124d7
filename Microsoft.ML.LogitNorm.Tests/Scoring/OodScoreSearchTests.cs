using Microsoft.ML.Data;
using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

/// <summary>Hyper-parameters are chosen on the sets of the search, and on nothing else.</summary>
[TestFixture]
public sealed class OodScoreSearchTests
{
    private readonly MLContext _ml = new(seed: 1);
    private TransformerChain<LogitNormModel> _model = null!;

    [OneTimeSetUp]
    public void Train() => _model = TinyImages.Pipeline(_ml).Fit(TinyImages.View(_ml, 120));

    [OneTimeTearDown]
    public void Free() => _model.Dispose();

    private IDataView Known => TinyImages.View(_ml, 60, seed: 1);

    private IDataView OtherKnown => TinyImages.View(_ml, 50, seed: 7);

    private Dictionary<string, IDataView> Unknown => new() { ["inverted"] = Changed(40, 2, value => (byte)(255 - value)) };

    private Dictionary<string, IDataView> OthersUnknown
        => new() { ["dim"] = Changed(30, 3, value => (byte)(value / 4)), ["grey"] = Changed(45, 4, value => (byte)(100 + value / 8)) };

    private static readonly OodScore[] _settings =
    [
        OodScores.MaxSoftmax(), OodScores.NearestNeighbours(20), OodScores.NearestNeighbours(1), OodScores.ReAct(90), OodScores.ReAct(60), OodScores.ReAct(20),
        OodScores.NearestNeighbours(5),
        OodScores.Fuse(OodScores.Energy(), OodScores.ReAct(50)), OodScores.Fuse(OodScores.Energy(10), OodScores.ReAct(10)),
        OodScores.Fuse(OodScores.Energy(), OodScores.MaxLogit()),
    ];

    [Test]
    public void Search_OfSettings_ReportsTheBestOfEachKindOnTheSetsOfTheSearch()
    {
        // The same comparison with the sets of the search as reported ones, so that nothing here counts AUROC anew.
        var tried = Compare(OtherKnown, OthersUnknown, new() { Scores = _settings }).Results.ToDictionary(result => result.Score!, result => result.MeanAuroc);
        OodScore[][] kinds = [[_settings[0]], [_settings[1], _settings[2], _settings[6]], _settings[3..6], _settings[7..9], [_settings[9]]];

        var found = Compare(Known, Unknown, new() { Scores = _settings, Search = new(OtherKnown, OthersUnknown) }).Results;

        var best = kinds.Select(kind => kind.MaxBy(score => tried[score])!).ToArray();
        Assert.That(found.Select(result => result.Score), Is.EquivalentTo(best));
        var alone = Compare(Known, Unknown, new() { Scores = best }).Results.ToDictionary(result => result.Score!);
        foreach (var result in found)
        {
            Assert.That(result.Sets, Is.EqualTo(alone[result.Score!].Sets), "only the sets to report are reported");
            Assert.That(result.Search!.Sets, Is.EqualTo(new[] { "dim", "grey" }));
            Assert.That(result.Search.Settings[0].Score, Is.EqualTo(result.Score));
            Assert.That(
                result.Search.Settings.Select(setting => setting.Score),
                Is.EquivalentTo(kinds.Single(kind => kind.Contains(result.Score))), "all that were tried");
            Assert.That(result.Search.Settings.Select(setting => setting.MeanAuroc), Is.Ordered.Descending);
            foreach (var setting in result.Search.Settings)
                Assert.That(setting.MeanAuroc, Is.EqualTo(tried[setting.Score]).Within(1e-9));
        }
    }

    // The sides are swapped: what is best on the sets of the search is worst on the reported ones.
    [Test]
    public void Search_SettingThatIsWorseOnTheReportedSets_IsChosenAllTheSame()
    {
        var others = Unknown["inverted"];
        var found = Compare(others, new() { ["known"] = Known }, new()
        {
            Scores = [new Signed(1), new Signed(-1)],
            Search = new(OtherKnown, new Dictionary<string, IDataView> { ["others"] = Changed(40, 5, value => (byte)(255 - value)) }),
        }).Best;
        Assert.That(found.Search!.Settings[0].MeanAuroc, Is.GreaterThan(0.6));
        Assert.That(found.MeanAuroc, Is.LessThan(0.4));
    }

    [Test]
    public void Search_EqualSettings_TakesTheFirst()
    {
        foreach (var order in (OodScore[][])[[new Same(1), new Same(2)], [new Same(2), new Same(1)]])
            Assert.That(Compare(Known, Unknown, new() { Scores = order, Search = new(OtherKnown, OthersUnknown) }).Best.Score, Is.EqualTo(order[0]));
    }

    [Test]
    public void Search_SettingThatCannotWork_DropsOutOfIt()
    {
        var results = Compare(Known, Unknown, new()
        {
            Scores = [OodScores.NearestNeighbours(500), OodScores.NearestNeighbours(3), OodScores.VirtualLogit(64), OodScores.VirtualLogit(65)],
            Search = new(OtherKnown, OthersUnknown),
        }).Results;
        Assert.That(results[0].Score, Is.EqualTo(OodScores.NearestNeighbours(3)));
        Assert.That(results[0].Search!.Settings[1].Failure, Does.Contain("looks for 500 neighbours"));
        Assert.That(results[0].Search!.Settings[1].MeanAuroc, Is.NaN);
        Assert.That(results[1].Failure, Does.Contain("principal space"));
        Assert.That(results[1].Search!.Settings, Has.Count.EqualTo(2));
    }

    [Test]
    public void Search_WithoutScores_ChoosesFromTheCandidatesOfEachScore()
    {
        var results = Compare(Known, Unknown, new() { Search = new(OtherKnown, OthersUnknown), IncludeOdin = false }).Results;
        Assert.That(results.Select(result => result.Score!.Name), Is.EquivalentTo(OodScores.All.Select(score => score.Name).Except(["Odin"])));
        foreach (var result in results)
            Assert.That(
                result.Search!.Settings.Select(setting => setting.Score),
                Is.EquivalentTo(OodScores.Candidates.Where(score => score.Name == result.Score!.Name)));
    }

    [Test]
    public void Candidates_OfEachScore_BeginWithItsDefaultAndDiffer()
    {
        Assert.That(OodScores.Candidates.GroupBy(score => score.Kind).Select(kind => kind.First()), Is.EqualTo(OodScores.All));
        Assert.That(OodScores.Candidates, Is.Unique);
        Assert.That(OodScores.Candidates.Select(score => score.Kind).Distinct().Count(), Is.EqualTo(OodScores.All.Count));
    }

    [Test]
    public void Search_OnWhatIsReportedOrLearnedFrom_IsRefused()
    {
        var (known, unknown, training) = (Known, Unknown, TinyImages.View(_ml, 120));
        AssertRefused(new(OtherKnown, Unknown), "The set 'inverted' is among those to search on and among those to report");
        AssertRefused(new(OtherKnown, Named("other", unknown["inverted"])), "The rows of the set 'other' of the search are reported as well");
        AssertRefused(new(OtherKnown, Named("other", known)), "The rows of the set 'other' of the search are reported as well");
        AssertRefused(new(known, OthersUnknown), "The in-distribution rows of the search are reported as well");
        AssertRefused(new(training, OthersUnknown), "The search looks at the training data");
        AssertRefused(new(OtherKnown, Named("other", training)), "The search looks at the training data");

        void AssertRefused(OodScoreSearch search, string says)
            => Assert.That(
                () => _ml.AnomalyDetection.CompareOodScores(_model, known, unknown, new() { TrainingData = training, Search = search }),
                Throws.ArgumentException.With.Message.Contains(says).And.Message.Contains("give the search rows of its own"));
    }

    [Test]
    public void Search_NothingToSearchOn_SaysWhatIsMissing()
    {
        Assert.That(() => new OodScoreSearch(null!, OthersUnknown), Throws.ArgumentNullException);
        Assert.That(() => new OodScoreSearch(Known, null!), Throws.ArgumentNullException);
        Assert.That(() => new OodScoreSearch(Known, new Dictionary<string, IDataView>()), Throws.ArgumentException.With.Message.Contains("at least one set"));
        Assert.That(() => new OodScoreSearch(Known, Named("none", null!)), Throws.ArgumentException.With.Message.Contains("The set 'none' is null"));
        Assert.That(
            () => Compare(Known, Unknown, new() { Scores = [OodScores.MaxLogit()], Search = new(TinyImages.View(_ml, 0), OthersUnknown) }),
            Throws.ArgumentException.With.Message.Contains("no rows in InDistribution of the search"));
        Assert.That(
            () => Compare(Known, Unknown, new() { Scores = [OodScores.MaxLogit()], Search = new(OtherKnown, Named("none", TinyImages.View(_ml, 0))) }),
            Throws.ArgumentException.With.Message.Contains("no rows in the set 'none' of OutOfDistribution of the search"));
    }

    [Test]
    public void Search_Progress_CountsItsSetsBeforeTheReportedOnes()
    {
        var told = new List<OodComparisonProgress>();
        Compare(Known, Unknown, new() { Scores = [OodScores.NearestNeighbours(3)], Search = new(OtherKnown, OthersUnknown), Progress = told.Add });
        Assert.That(told.Select(progress => (progress.Set, progress.SetNumber)).Distinct(), Is.EqualTo(new[]
        {
            ("training data", 1), ("validation in-distribution", 2), ("dim", 3), ("grey", 4), ("in-distribution", 5), ("inverted", 6),
        }));
        Assert.That(told.Select(progress => progress.SetCount), Is.All.EqualTo(6));
    }

    [Test]
    public void ToMarkdown_AfterASearch_SaysOnWhatAndFromHowMany()
    {
        var lines = Compare(Known, Unknown, new() { Scores = _settings, Search = new(OtherKnown, OthersUnknown) }).ToMarkdown().TrimEnd('\n').Split('\n');
        Assert.That(lines[0], Does.EndWith("| ms per 1,000 rows | settings tried on dim, grey |"));
        Assert.That(lines.Select(line => line.Count(c => c == '|')), Is.All.EqualTo(8));
        Assert.That(lines.Single(line => line.StartsWith("| NearestNeighbours", StringComparison.Ordinal)), Does.EndWith(" | 3 |"));
        Assert.That(lines.Single(line => line.StartsWith("| MaxSoftmax", StringComparison.Ordinal)), Does.EndWith(" | 1 |"));
    }

    [Test]
    public void Search_LeavesNoTensors()
    {
        Run();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = torch.Tensor.TotalCount;
        Run();
        Assert.That(torch.Tensor.TotalCount, Is.EqualTo(before));

        void Run() => Compare(Known, Unknown, new() { Scores = _settings, Search = new(OtherKnown, OthersUnknown) });
    }

    private OodScoreComparison Compare(IDataView known, Dictionary<string, IDataView> unknown, OodScoreComparison.Options options)
        => _ml.AnomalyDetection.CompareOodScores(_model, known, unknown, options with { TrainingData = TinyImages.View(_ml, 120) });

    private static Dictionary<string, IDataView> Named(string name, IDataView rows) => new() { [name] = rows };

    private IDataView Changed(int count, int seed, Func<byte, byte> change) => _ml.Data.LoadFromEnumerable(TinyImages.Rows(count, seed: seed).Select(row =>
    {
        row.Image = [.. row.Image.Select(change)];
        return row;
    }));

    private sealed record Signed(int Sign) : OodScore
    {
        internal override torch.Tensor Score(in OodBatch batch) => batch.Logits!.amax([1]).Times(Sign);
    }

    private sealed record Same(int Number) : OodScore
    {
        internal override torch.Tensor Score(in OodBatch batch) => batch.Logits!.amax([1]);
    }
}
