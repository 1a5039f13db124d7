using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Scoring;

/// <summary>What a score learns is what it says that it learns, and a file that holds anything else is refused by name.</summary>
public sealed class LearnedTensorsTests
{
    private static readonly OodScore[] _scores =
    [
        // The defaults need more rows, and covariances that are not singular.
        .. OodScores.All.Select(score => score switch
        {
            Mahalanobis => OodScores.Mahalanobis(1e-3),
            RelativeMahalanobis => OodScores.RelativeMahalanobis(1e-3),
            _ => score,
        }),
        OodScores.Fdbd(distanceToMean: false),
        OodScores.NearestNeighbours(5, 20),
        OodScores.NnGuide(5, 20),
        OodScores.Relation(2, 20),
        OodScores.Residual(8),
        OodScores.Fuse(OodScores.NearestNeighbours(3, 10), OodScores.NnGuide(4), OodScores.Energy()),
        OodScores.Fuse(OodScores.Energy(), OodScores.Fuse(OodScores.MaxLogit(), OodScores.ReAct())),
    ];

    private readonly MLContext _ml = new(seed: 1);
    private LogitNormModel _model = null!;
    private IDataView _training = null!;

    private static IEnumerable<TestCaseData> Scores => _scores.Select(score => new TestCaseData(score).SetArgDisplayNames(score.ToString()));

    private static IEnumerable<TestCaseData> Learning => Scores.Where(test => ((OodScore)test.Arguments[0]!).Learns);

    [OneTimeSetUp]
    public void Train()
    {
        var chain = TinyImages.Pipeline(_ml, TinyImages.Options with { Epochs = 6 }).Fit(TinyImages.View(_ml, 120));
        (_model, _training) = (chain.LastTransformer, chain.Transform(TinyImages.View(_ml, 120)));
    }

    [OneTimeTearDown]
    public void Free() => _model.Dispose();

    [TestCaseSource(nameof(Scores))]
    public void Learned_OfEveryScore_IsWhatItLearns(OodScore score)
    {
        using var scope = NewDisposeScope();
        var from = new LearnedScore.Sizes(3, 64, 256);
        Assert.That(score.Learned(from).Count > 0, Is.EqualTo(score.Learns));
        using var transformer = _ml.Transforms.OodScore(score).Fit(_training);
        var learned = TensorFile.Open(new MemoryStream(Saved(transformer).Read("Learned.safetensors")));
        Assert.That(
            learned.Entries.Select(entry => (entry.Name, entry.Type)), Is.EquivalentTo(score.Learned(from).Select(tensor => (tensor.Name, tensor.Type))));
    }

    [TestCaseSource(nameof(Learning))]
    public void Load_AnyOtherTensor_IsRefusedNamingScoreAndTensor(OodScore score)
    {
        using var transformer = _ml.Transforms.OodScore(score).Fit(_training);
        var file = Saved(transformer);
        foreach (var (name, damage, change) in Damages(file, score.Learned(new(3, 64, 256))))
        {
            var error = file.WithTensors("Learned.safetensors", change).LoadError(_ml);
            Assert.That(
                error,
                Is.TypeOf<InvalidDataException>()
                    .With.Message.StartsWith("The out-of-distribution score in this model file is damaged: entry 'Learned.safetensors':"),
                $"{name}: {damage}");
            Assert.That(error.Message, Does.Contain(name).Or.Contain("does not learn"), $"{name}: {damage}");
        }
    }

    private static IEnumerable<(string Name, string Damage, Action<Dictionary<string, Tensor>> Change)> Damages(
        ModelFile file, IReadOnlyList<LearnedTensor> declared)
    {
        var entries = TensorFile.Open(new MemoryStream(file.Read("Learned.safetensors"))).Entries;
        foreach (var entry in entries)
        {
            (string, Func<Tensor, Tensor>)[] changes =
            [
                ("another type", tensor => tensor.to(entry.Type == ScalarType.Float32 ? float64 : float32)), ("whole numbers", tensor => tensor.to(int64)),
                ("a dimension more", tensor => tensor.unsqueeze(0)), ("empty", tensor => zeros([.. entry.Shape.Select(_ => 0L), 0], entry.Type)),
                ("NaN", tensor => With(tensor, double.NaN)), ("infinite", tensor => With(tensor, double.NegativeInfinity)),
            ];
            foreach (var (damage, change) in changes)
                yield return (entry.Name, damage, tensors => tensors[entry.Name] = change(tensors[entry.Name]));
            // As many rows as there were to learn from is another, whole file.
            for (var axis = 0; axis < entry.Shape.Length; axis++)
                if (declared.Single(tensor => tensor.Name == entry.Name).Shape[axis].Symbol is null)
                {
                    var (size, along) = (entry.Shape[axis], axis);
                    yield return (entry.Name, $"longer along {axis}", tensors => tensors[entry.Name] = cat([tensors[entry.Name], tensors[entry.Name]], along));
                    yield return (
                        entry.Name, $"shorter along {axis}", tensors => tensors[entry.Name] = tensors[entry.Name].narrow(along, 0, size - 1).contiguous());
                }
            yield return (entry.Name, "missing", tensors => tensors.Remove(entry.Name));
            yield return (entry.Name, "renamed", tensors =>
            {
                tensors[entry.Name + "2"] = tensors[entry.Name];
                tensors.Remove(entry.Name);
            });
            yield return ("More", "one more", tensors => tensors["More"] = tensors[entry.Name]);
        }

        // One value among good ones.
        static Tensor With(Tensor tensor, double value)
        {
            var changed = tensor.clone();
            changed.view(-1)[^1] = torch.tensor(value, dtype: changed.dtype);
            return changed;
        }
    }

    [Test]
    public void Fit_ScoreThatDeclaresNothingOrSomethingElse_Throws()
    {
        Assert.That(
            () => _ml.Transforms.OodScore(new Undeclared()).Fit(_training),
            Throws.InvalidOperationException.With.Message.Contains("Undeclared does not say what it learns"));
        Assert.That(
            () => _ml.Transforms.OodScore(new Misdeclared()).Fit(_training),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("Value Float32[2] where the score Misdeclared has learned Value Float32[3]"));
    }

    [Test]
    public void Load_BankWithFewerRowsThanNeighbours_SaysHowMany()
        => AssertRefused(OodScores.NearestNeighbours(5, 20), tensors =>
        {
            tensors["Bank"] = tensors["Bank"].narrow(0, 0, 4).contiguous();
            tensors["SquaredNorms"] = tensors["SquaredNorms"].narrow(0, 0, 4).contiguous();
        }, "Bank Float32[4, 64] where the score NearestNeighbours has learned Bank Float32[N ≥ 5 and ≤ 20, 64]");

    [Test]
    public void Load_SquaredNormsOfAnotherBank_SaysSo()
        => AssertRefused(OodScores.NearestNeighbours(5, 20), tensors => tensors["SquaredNorms"] = tensors["SquaredNorms"].narrow(0, 0, 19).contiguous(),
            "SquaredNorms Float32[19] where the score NearestNeighbours has learned SquaredNorms Float32[N ≥ 5 and ≤ 20]; N is 20");

    [Test]
    public void Load_RanksOfPartsThatDiffer_SaysSo()
        => AssertRefused(
            OodScores.Fuse(OodScores.Energy(), OodScores.MaxLogit()),
            tensors => tensors["1/Ranks"] = tensors["1/Ranks"].narrow(0, 0, 100).contiguous(),
            "R is 120");

    [Test]
    public void Load_RanksOutOfOrder_SaysSo()
        => AssertRefused(
            OodScores.Fuse(OodScores.Energy(), OodScores.MaxLogit()),
            tensors => tensors["1/Ranks"] = tensors["1/Ranks"].flip(0),
            "the values of '1/Ranks' do not ascend");

    [Test]
    public void Load_LimitsOutOfOrder_SaysSo()
        => AssertRefused(OodScores.Vra(), tensors => tensors["Limits"] = tensors["Limits"].flip(0), "the values of 'Limits' do not ascend");

    [Test]
    public void Load_SizesThatCannotBe_AreRefused()
    {
        using var transformer = _ml.Transforms.OodScore(OodScores.ReAct()).Fit(_training);
        (string Old, string Replacement)[] edits =
        [
            ("\"Classes\":3", "\"Classes\":0"), ("\"EmbeddingSize\":64", "\"EmbeddingSize\":-1"), ("{\"Classes\":3,\"EmbeddingSize\":64}", "null"),
        ];
        foreach (var (old, replacement) in edits)
            Assert.That(
                Saved(transformer).WithJson("Score.json", old, replacement).LoadError(_ml),
                Is.TypeOf<InvalidDataException>().With.Message.Contains("'Score.json'"));
        using var bank = _ml.Transforms.OodScore(OodScores.NnGuide(3)).Fit(_training);
        Assert.That(
            Saved(bank).WithJson("Score.json", ",\"EmbeddingSize\":64", "").LoadError(_ml),
            Is.TypeOf<InvalidDataException>().With.Message.Contains("size of the embedding"));
        Assert.That(
            Saved(bank).WithJson("Score.json", "\"K\":3", "\"K\":121").LoadError(_ml),
            Is.TypeOf<InvalidDataException>().With.Message.Contains("Bank Float32[120, 64]"));
        using var residual = _ml.Transforms.OodScore(OodScores.Residual(8)).Fit(_training);
        Assert.That(
            Saved(residual).WithJson("Score.json", "\"Dimension\":8", "\"Dimension\":64").LoadError(_ml),
            Is.TypeOf<InvalidDataException>().With.Message.Contains("principal space of 64"));
    }

    private void AssertRefused(OodScore score, Action<Dictionary<string, Tensor>> change, string says)
    {
        using var transformer = _ml.Transforms.OodScore(score).Fit(_training);
        Assert.That(
            Saved(transformer).WithTensors("Learned.safetensors", change).LoadError(_ml), Is.TypeOf<InvalidDataException>().With.Message.Contains(says));
    }

    private ModelFile Saved(OodScoreTransformer transformer) => ModelFile.Of(_ml, transformer, _training.Schema);

    private sealed record Undeclared : OodScore
    {
        internal override OodInputs? LearnsFrom => OodInputs.Logits;

        internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows) => new Dictionary<string, Tensor> { ["Value"] = ones(2) };

        internal override Tensor Score(in OodBatch batch) => batch.Logits!.amax([1]);
    }

    private sealed record Misdeclared : OodScore
    {
        internal override OodInputs? LearnsFrom => OodInputs.Logits;

        internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from) => [new("Value", ScalarType.Float32, 3)];

        internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows) => new Dictionary<string, Tensor> { ["Value"] = ones(2) };

        internal override Tensor Score(in OodBatch batch) => batch.Logits!.amax([1]);
    }
}
