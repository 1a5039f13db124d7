namespace Microsoft.ML.LogitNorm.Tests.Scoring;

/// <summary>Names that stand in model files: a score that is renamed, or that calls what it learned otherwise, could not read the files of before.</summary>
public sealed class ScoreFileFormatTests
{
    private readonly MLContext _ml = new(seed: 1);
    private LogitNormModel _model = null!;
    private IDataView _training = null!;

    [OneTimeSetUp]
    public void Train()
    {
        var chain = TinyImages.Pipeline(_ml, TinyImages.Options with { Epochs = 6 }).Fit(TinyImages.View(_ml, 120));
        (_model, _training) = (chain.LastTransformer, chain.Transform(TinyImages.View(_ml, 120)));
    }

    [OneTimeTearDown]
    public void Free() => _model.Dispose();

    private static IEnumerable<TestCaseData> Formats()
    {
        yield return Format(OodScores.MaxSoftmax(), """{"kind":"MaxSoftmax"}""");
        yield return Format(OodScores.MaxLogit(), """{"kind":"MaxLogit"}""");
        yield return Format(OodScores.Energy(), """{"kind":"Energy","Temperature":1}""");
        yield return Format(OodScores.Entropy(), """{"kind":"Entropy"}""");
        yield return Format(OodScores.GeneralizedEntropy(), """{"kind":"GeneralizedEntropy","Gamma":0.1,"TopClasses":100}""");
        yield return Format(OodScores.KlMatching(), """{"kind":"KlMatching"}""", "LogTypical");
        yield return Format(OodScores.GradNorm(), """{"kind":"GradNorm"}""");
        yield return Format(OodScores.SimplifiedHopfield(), """{"kind":"SimplifiedHopfield"}""", "Patterns");
        yield return Format(OodScores.NearestNeighbours(), """{"kind":"NearestNeighbours","K":50,"BankSize":null}""", "Bank", "SquaredNorms");
        yield return Format(OodScores.Mahalanobis(1e-3), """{"kind":"Mahalanobis","Shrinkage":0.001}""", "Means", "Whitening");
        yield return Format(OodScores.RelativeMahalanobis(1e-3), """{"kind":"RelativeMahalanobis","Shrinkage":0.001}""", "Means", "Whitening", "OverallMean", "OverallWhitening");
        yield return Format(OodScores.VirtualLogit(), """{"kind":"VirtualLogit","Dimension":null}""", "Origin", "Directions", "Alpha");
        yield return Format(OodScores.Residual(8), """{"kind":"Residual","Dimension":8}""", "Origin", "Directions");
        yield return Format(OodScores.NnGuide(), """{"kind":"NnGuide","K":10,"BankSize":null}""", "Bank");
        yield return Format(OodScores.ReAct(), """{"kind":"ReAct","Percentile":90}""", "Limit");
        yield return Format(OodScores.AshB(), """{"kind":"AshB","Percentile":65}""");
        yield return Format(OodScores.AshS(), """{"kind":"AshS","Percentile":90}""");
        yield return Format(OodScores.Scale(), """{"kind":"Scale","Percentile":85}""");
        yield return Format(OodScores.Dice(), """{"kind":"Dice","Percentile":90}""", "Weight", "Bias");
        yield return Format(OodScores.Fdbd(), """{"kind":"Fdbd","DistanceToMean":true}""", "Mean");
        yield return Format(OodScores.MaxCosine(), """{"kind":"MaxCosine"}""");
        yield return Format(OodScores.Odin(), """{"kind":"Odin","Temperature":1000,"Epsilon":0.0014}""");
        yield return Format(OodScores.Combine(OodScores.MaxLogit(), OodScores.Fdbd()), """{"kind":"Combine","Parts":[{"kind":"MaxLogit"},{"kind":"Fdbd","DistanceToMean":true}]}""", "0/Ranks", "1/Mean", "1/Ranks");

        static TestCaseData Format(OodScore score, string json, params string[] learned) => new TestCaseData(score, json, learned).SetArgDisplayNames(score.Name);
    }

    [TestCaseSource(nameof(Formats))]
    public void Format_OfAScore_StaysAsItIs(OodScore score, string json, string[] learned)
    {
        using var log = new ContextLog(((Microsoft.ML.Runtime.IHostEnvironment)_ml).Register("test"), "test");
        using var found = LearnedScore.From(score, _training, "Label", log);
        Assert.That(System.Text.Json.JsonSerializer.Serialize(score, ModelJson.Options), Is.EqualTo(json));
        Assert.That(found.Tensors.Keys, Is.EquivalentTo(learned));
    }

    [Test]
    public void Formats_HaveEveryScore()
        => Assert.That(Formats().Select(test => ((OodScore)test.Arguments[0]!).Name), Is.EquivalentTo(OodScores.All.Select(score => score.Name).Append("Combine")));
}
