using System.Text;
using Microsoft.ML.Data;
using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Saved models, whole and damaged. ML.NET wraps an error while loading in others of its own; the innermost is ours and names the part.</summary>
public sealed class ModelFileTests
{
    private const string ModelPart = "LogitNorm model";
    private const string ScorePart = "out-of-distribution score";
    private const string DecisionPart = "out-of-distribution decision";

    // Places in the header of ML.NET's making: the part's signature, the version that wrote it and the oldest that can read it.
    private const int Signature = 0x40, WrittenVersion = 0x48, ReadableVersion = 0x4C;

    private readonly MLContext _ml = new(seed: 1);
    private TransformerChain<OodDetectorTransformer> _app = null!;
    private ModelFile _file = null!;

    [OneTimeSetUp]
    public void Save()
    {
        _app = UntrainedModel.App(_ml);
        _file = ModelFile.Of(_ml, _app, TinyImages.View(_ml, 1).Schema);
    }

    [OneTimeTearDown]
    public void Free() => _app.Dispose();

    [Test]
    public void Load_WholeFile_PredictsTheSame()
    {
        var data = TinyImages.View(_ml, 150, seed: 3);
        using var loaded = (TransformerChain<ITransformer>)_file.Load(new MLContext(), out _);
        foreach (var column in new[] { "PredictedLabel", "Score", "Logits", "Embedding", "OodScore", "OodConfidence", "IsOutOfDistribution" })
            Assert.That(ColumnValues.Read(loaded.Transform(data), column), Is.EqualTo(ColumnValues.Read(_app.Transform(data), column)), column);
    }

    [Test]
    public void Load_WholeFile_KeepsWhatTheTransformersSay()
    {
        using var loaded = (TransformerChain<ITransformer>)_file.Load(new MLContext(), out _);
        var (model, score, detector) = (loaded.OfType<LogitNormModel>().Single(), loaded.OfType<OodScoreTransformer>().Single(), loaded.OfType<OodDetectorTransformer>().Single());
        Assert.That((model.Backbone, model.ClassCount, model.ImageShape), Is.EqualTo((Backbone.WideResNet(10, 1, dropout: 0), 3, UntrainedModel.Shape)));
        Assert.That((model.Normalization.Mean, model.Normalization.StandardDeviation), Is.EqualTo((new[] { 128f, 128, 128 }, new[] { 64f, 64, 64 })));
        Assert.That(score.Score, Is.EqualTo(OodScores.Energy(2.5)));
        Assert.That((detector.FalseAlarmRate, detector.CalibrationCount), Is.EqualTo((0.05, 60)));
    }

    [Test]
    public void SaveAgain_ALoadedModel_GivesTheSameEntries()
    {
        using var loaded = (TransformerChain<ITransformer>)_file.Load(new MLContext(), out var schema);
        var again = ModelFile.Of(_ml, loaded, schema);
        foreach (var name in (string[])["Model.json", "Weights.tensors", "Score.json", "Learned.tensors", "Calibration.json"])
            Assert.That(again.Read(name), Is.EqualTo(_file.Read(name)), name);
    }

    [Test]
    public void Load_LearnedTensors_AreReadAgain()
    {
        var learned = new Dictionary<string, torch.Tensor> { ["mean"] = torch.arange(3, torch.float32), ["count"] = torch.tensor(5L) };
        var data = TinyImages.View(_ml, 4);
        using var score = new OodScoreTransformer(_ml, new(OodScores.MaxLogit(), learned, null), "Mine");
        var file = ModelFile.Of(_ml, score, data.Schema);
        using var loaded = (IDisposable)file.Load(_ml, out _);
        Assert.That(ModelFile.Of(_ml, (ITransformer)loaded, data.Schema).Read("Learned.tensors"), Is.EqualTo(file.Read("Learned.tensors")));
        Assert.That(file.With("Learned.tensors", bytes => bytes[..^1]).LoadError(_ml), Is.TypeOf<InvalidDataException>().With.Message.Contains(ScorePart).And.Message.Contains("'Learned.tensors'"));
    }

    [TestCase("Model.json", ModelPart)]
    [TestCase("Weights.tensors", ModelPart)]
    [TestCase("Score.json", ScorePart)]
    [TestCase("Learned.tensors", ScorePart)]
    [TestCase("Calibration.json", DecisionPart)]
    public void Load_EntryDamaged_NamesPartAndEntry(string entry, string part)
    {
        (string, Func<byte[], byte[]?>)[] damages =
        [
            ("missing", _ => null), ("empty", _ => []), ("first byte only", bytes => bytes[..1]), ("half", bytes => bytes[..(bytes.Length / 2)]),
            ("last byte missing", bytes => bytes[..^1]), ("a byte more", bytes => [.. bytes, 1]),
            ("foreign text", _ => "This is something else entirely."u8.ToArray()), ("foreign bytes", _ => [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 77))]),
            ("zeros", bytes => new byte[bytes.Length]), ("null", _ => "null"u8.ToArray()), ("empty object", _ => "{}"u8.ToArray()), ("array", _ => "[]"u8.ToArray()),
        ];
        foreach (var (name, damage) in damages)
            Assert.That(_file.With(entry, damage).LoadError(_ml), Names(part, entry), name);
    }

    [Test]
    public void Load_WeightsCutAtAnyPlaceOfTheirHeader_NamesThem()
    {
        for (var length = 0; length < 200; length += 7)
            Assert.That(_file.With("Weights.tensors", bytes => bytes[..length]).LoadError(_ml), Names(ModelPart, "Weights.tensors"), $"at {length}");
    }

    [TestCase("Model.json", "\"kind\":\"WideResNetBackbone\"", "\"kind\":\"Transformer\"", TestName = "Load_UnknownBackbone_IsNamed")]
    [TestCase("Model.json", "\"kind\":\"WideResNetBackbone\"", "\"kind\":\"MaxSoftmax\"", TestName = "Load_KindOfAnotherFamily_IsNamed")]
    [TestCase("Model.json", "\"kind\":\"WideResNetBackbone\",", "", TestName = "Load_KindMissing_IsNamed")]
    [TestCase("Model.json", "\"Depth\":10", "\"Depth\":11", TestName = "Load_ImpossibleDepth_IsNamed")]
    [TestCase("Model.json", "\"Depth\":10", "\"Depth\":\"ten\"", TestName = "Load_TextForNumber_IsNamed")]
    [TestCase("Model.json", "\"Depth\":10", "\"Depth\":1e99", TestName = "Load_NumberTooLarge_IsNamed")]
    [TestCase("Model.json", "\"Widen\":1", "\"Widen\":100000000", TestName = "Load_ImpossibleWidth_IsNamed")]
    [TestCase("Model.json", "\"ClassCount\":3", "\"ClassCount\":1", TestName = "Load_OneClass_IsNamed")]
    [TestCase("Model.json", "\"ClassCount\":3", "\"ClassCount\":-3", TestName = "Load_NegativeClasses_IsNamed")]
    [TestCase("Model.json", "\"ClassCount\":3", "\"ClassCount\":4", TestName = "Load_ClassCountAgainstNames_IsNamed")]
    [TestCase("Model.json", "\"Channels\":3", "\"Channels\":1", TestName = "Load_ChannelsAgainstNormalization_IsNamed")]
    [TestCase("Model.json", "\"Channels\":3", "\"Channels\":0", TestName = "Load_NoChannels_IsNamed")]
    [TestCase("Model.json", "\"Height\":8", "\"Height\":2000000000", TestName = "Load_ImpossibleHeight_IsNamed")]
    [TestCase("Model.json", "\"Type\":\"String\"", "\"Type\":\"Color\"", TestName = "Load_UnknownClassType_IsNamed")]
    [TestCase("Model.json", "\"Type\":\"String\"", "\"Type\":\"Int32\"", TestName = "Load_ClassNamesThatAreNoNumbers_IsNamed")]
    [TestCase("Model.json", "64,64,64", "64,64,0", TestName = "Load_DeviationOfZero_IsNamed")]
    [TestCase("Model.json", "64,64,64", "64,64,\"NaN\"", TestName = "Load_DeviationNaN_IsNamed")]
    [TestCase("Model.json", "\"ClassCount\":3", "\"ClassCount\":3,\"More\":1", TestName = "Load_UnknownMember_IsNamed")]
    [TestCase("Score.json", "\"kind\":\"Energy\"", "\"kind\":\"Entropy\"", TestName = "Load_UnknownScore_IsNamed")]
    [TestCase("Score.json", "2.5", "0", TestName = "Load_ScoreTemperatureOfZero_IsNamed")]
    [TestCase("Score.json", "\"OodScore\"", "\"\"", TestName = "Load_ScoreColumnWithoutName_IsNamed")]
    [TestCase("Calibration.json", "0.05", "1.5", TestName = "Load_FalseAlarmRateAboveOne_IsNamed")]
    [TestCase("Calibration.json", "0.05", "0.0001", TestName = "Load_TooFewScoresForTheRate_IsNamed")]
    [TestCase("Calibration.json", "\"Scores\":[", "\"Scores\":[\"NaN\",", TestName = "Load_CalibrationScoreNaN_IsNamed")]
    [TestCase("Calibration.json", "\"Scores\":[", "\"Scores\":[null,", TestName = "Load_CalibrationScoreNull_IsNamed")]
    public void Load_JsonThatCannotBe(string entry, string old, string replacement)
    {
        var part = entry switch { "Model.json" => ModelPart, "Score.json" => ScorePart, _ => DecisionPart };
        Assert.That(_file.WithJson(entry, old, replacement).LoadError(_ml), Names(part, entry));
    }

    // The largest networks that the format can name take terabytes: they are outlined without memory and found not to fit the weights.
    [TestCase("\"Depth\":1000,\"Widen\":1024", TestName = "Load_BackboneLargerThanItsWeights_IsRefusedBeforeMemoryIsTaken")]
    [TestCase("\"Depth\":10,\"Widen\":1024", TestName = "Load_BackboneWiderThanItsWeights_IsRefusedBeforeMemoryIsTaken")]
    public void Load_HugeBackbone(string size)
    {
        var file = _file.WithJson("Model.json", "\"Depth\":10,\"Widen\":1", size);
        var before = PeakMegabytes();
        Assert.That(file.LoadError(_ml), Names(ModelPart, "Weights.tensors").With.Message.Contains("where the network has").Or.Message.Contains("the network has"));
        Assert.That(PeakMegabytes() - before, Is.LessThan(200));
    }

    [Test]
    public void Load_MoreClassesThanWeights_IsRefused()
    {
        var file = _file.With("Model.json", bytes =>
        {
            var json = System.Text.Json.Nodes.JsonNode.Parse(bytes)!;
            json["ClassCount"] = int.MaxValue;
            json["Classes"] = null;
            return Encoding.UTF8.GetBytes(json.ToJsonString());
        });
        Assert.That(file.LoadError(_ml), Names(ModelPart, "Weights.tensors"));
    }

    [Test]
    public void Load_HugeJson_IsRefusedByItsSize()
        => Assert.That(
            _file.With("Score.json", _ => new byte[65 << 20]).LoadError(_ml), Names(ScorePart, "Score.json").With.Message.Contains("too many"));

    [TestCase("LOGITNRM", ModelPart)]
    [TestCase("LNOODSCR", ScorePart)]
    [TestCase("LNOODDET", DecisionPart)]
    public void Load_NewerVersion_NamesPartAndRemedy(string signature, string part)
    {
        var file = WithHeader(signature, header => (header[WrittenVersion], header[ReadableVersion]) = (9, 9));
        Assert.That(file.LoadError(_ml), Is.TypeOf<InvalidDataException>().With.Message.Contains(part).And.Message.Contains("newer version of Microsoft.ML.LogitNorm"));
    }

    [TestCase("LOGITNRM", ModelPart)]
    [TestCase("LNOODSCR", ScorePart)]
    [TestCase("LNOODDET", DecisionPart)]
    public void Load_HeaderOfAnotherKind_NamesThePart(string signature, string part)
        => Assert.That(WithHeader(signature, header => header[Signature]++).LoadError(_ml), Is.TypeOf<InvalidDataException>().With.Message.Contains(part));

    private static NUnit.Framework.Constraints.Constraint Names(string part, string entry)
        => Is.TypeOf<InvalidDataException>().With.Message.Contains(part).And.Message.Contains($"'{entry}'");

    private static long PeakMegabytes()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.PeakWorkingSet64 >> 20;
    }

    private ModelFile WithHeader(string signature, Action<byte[]> change)
    {
        var name = _file.Entries("Model.key").Single(entry => _file.Read(entry).AsSpan(Signature).StartsWith(Encoding.UTF8.GetBytes(signature)));
        return _file.With(name, bytes =>
        {
            change(bytes);
            return bytes;
        });
    }
}
