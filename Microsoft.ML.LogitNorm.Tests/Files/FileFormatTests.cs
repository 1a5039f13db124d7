using System.Buffers.Binary;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Data;
using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests.Files;

/// <summary>
/// What stands in files, so that a type or a property that is renamed, or a layer that is moved, is no accident: this version could not read the files of
/// before, nor an older one those of this. What has to change goes with a new version of its part (<see cref="ModelFormat"/>), which this table then shows.
/// </summary>
public sealed class FileFormatTests
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

    private static IEnumerable<TestCaseData> Kinds()
    {
        yield return Kind<Backbone>(Backbone.WideResNet(), """{"kind":"wide-resnet","Depth":40,"Widen":2,"Dropout":0.3}""");
        yield return Kind<Backbone>(Backbone.ResNet18(), """{"kind":"resnet","Depth":18,"Stem":"cifar"}""");
        yield return Kind<Backbone>(Backbone.DenseNet(), """{"kind":"densenet","Depth":100,"Growth":12,"Dropout":0,"Stem":"cifar"}""");
        yield return Kind<Backbone>(Backbone.Vgg(), """{"kind":"vgg","Depth":16}""");
        yield return Kind<Backbone>(Backbone.Dense([256, 64]), """{"kind":"dense","Hidden":[256,64],"Dropout":0}""");
        yield return Kind<Head>(Head.Linear(), """{"kind":"linear"}""");
        yield return Kind<Head>(Head.Cosine(), """{"kind":"cosine"}""");
        yield return Kind<Head>(Head.DecomposedConfidence(), """{"kind":"decomposed-confidence"}""");
        yield return Kind<Head>(Head.T2FNorm(), """{"kind":"t2fnorm","Tau":0.1}""");
        yield return Kind<TrainingLoss>(TrainingLoss.CrossEntropy(), """{"kind":"cross-entropy"}""");
        yield return Kind<TrainingLoss>(TrainingLoss.LogitNorm(), """{"kind":"logit-norm","Tau":0.04,"Warmup":0.5}""");
        yield return Kind<TrainingLoss>(TrainingLoss.LogitPenalty(), """{"kind":"logit-penalty","Lambda":0.05}""");
        yield return Kind<TrainingLoss>(TrainingLoss.ExtendedLogitNorm(), """{"kind":"extended-logit-norm"}""");
        yield return Kind<LearningRateSchedule>(LearningRateSchedule.Milestones(), """{"kind":"milestones","Shares":[0.4,0.7],"Factor":0.1}""");
        yield return Kind<LearningRateSchedule>(LearningRateSchedule.Cosine(), """{"kind":"cosine"}""");
        yield return Kind<LearningRateSchedule>(LearningRateSchedule.OneCycle(), """{"kind":"one-cycle","Peak":0.3}""");
        yield return Kind<Augmentation>(Augmentation.None(), """{"kind":"none"}""");
        yield return Kind<Augmentation>(Augmentation.CropAndFlip(), """{"kind":"crop-and-flip","Flip":true,"Padding":4}""");
        yield return Kind<Augmentation>(Augmentation.Cutout(16), """{"kind":"cutout","Size":16}""");
        yield return Kind<Augmentation>(
            Augmentation.RandomResizedCrop(0.5, 1, 0.5, 2),
            """{"kind":"random-resized-crop","Flip":true,"MinScale":0.5,"MaxScale":1,"MinRatio":0.5,"MaxRatio":2}""");
        yield return Kind<Augmentation>(
            Augmentation.ColorJitter(), """{"kind":"color-jitter","Brightness":0.2,"Contrast":0.2,"Saturation":0.2,"Hue":0}""");
        yield return Kind<ClassWeights>(ClassWeights.None(), """{"kind":"none"}""");
        yield return Kind<ClassWeights>(ClassWeights.Balanced(), """{"kind":"balanced"}""");
        yield return Kind<ClassWeights>(ClassWeights.Of(("a", 2)), """{"kind":"given","Weights":[{"Class":"a","Weight":2}]}""");
        yield return Kind<Augmentation>(Augmentation.PixMix(), """{"kind":"pixmix","K":4,"Beta":3,"Pictures":300}""");
        yield return Kind<Augmentation>(
            Augmentation.Of(Augmentation.CropAndFlip(), Augmentation.Cutout(16)),
            """{"kind":"sequence","Parts":[{"kind":"crop-and-flip","Flip":true,"Padding":4},{"kind":"cutout","Size":16}]}""");
        yield return Kind<OodScore>(OodScores.MaxSoftmax(), """{"kind":"max-softmax"}""");
        yield return Kind<OodScore>(OodScores.MaxLogit(), """{"kind":"max-logit"}""");
        yield return Kind<OodScore>(OodScores.Energy(), """{"kind":"energy","Temperature":1}""");
        yield return Kind<OodScore>(OodScores.Entropy(), """{"kind":"entropy"}""");
        yield return Kind<OodScore>(OodScores.GeneralizedEntropy(), """{"kind":"generalized-entropy","Gamma":0.1,"TopClasses":100}""");
        yield return Kind<OodScore>(OodScores.KlMatching(), """{"kind":"kl-matching"}""", "LogTypical Float64[3, 3]");
        yield return Kind<OodScore>(OodScores.GradNorm(), """{"kind":"grad-norm"}""");
        yield return Kind<OodScore>(OodScores.SimplifiedHopfield(), """{"kind":"simplified-hopfield"}""", "Patterns Float32[3, 64]");
        yield return Kind<OodScore>(
            OodScores.NearestNeighbours(), """{"kind":"nearest-neighbours","K":50,"BankSize":null}""", "Bank Float32[120, 64]", "SquaredNorms Float32[120]");
        yield return Kind<OodScore>(
            OodScores.Mahalanobis(1e-3), """{"kind":"mahalanobis","Normalize":false,"Shrinkage":0.001}""", "Means Float64[3, 64]", "Whitening Float64[64, 64]");
        yield return Kind<OodScore>(OodScores.RelativeMahalanobis(1e-3), """{"kind":"relative-mahalanobis","Normalize":false,"Shrinkage":0.001}""",
            "Means Float64[3, 64]", "Whitening Float64[64, 64]", "OverallMean Float64[1, 64]", "OverallWhitening Float64[64, 64]");
        yield return Kind<OodScore>(
            OodScores.LayerGaussian(), """{"kind":"layer-gaussian","Shrinkage":null}""", "Mean Float64[1, 256]", "Whitening Float64[256, 256]");
        yield return Kind<OodScore>(OodScores.RelativeLayerGaussian(), """{"kind":"relative-layer-gaussian","Shrinkage":null}""",
            "Means Float64[3, 256]", "Whitening Float64[256, 256]", "OverallMean Float64[1, 256]", "OverallWhitening Float64[256, 256]");
        yield return Kind<OodScore>(
            OodScores.VirtualLogit(), """{"kind":"virtual-logit","Dimension":null}""", "Origin Float32[64]", "Directions Float32[64, 32]", "Alpha Float32[]");
        yield return Kind<OodScore>(OodScores.Residual(8), """{"kind":"residual","Dimension":8}""", "Origin Float32[64]", "Directions Float32[64, 56]");
        yield return Kind<OodScore>(OodScores.NnGuide(), """{"kind":"nn-guide","K":10,"BankSize":null}""", "Bank Float32[120, 64]");
        yield return Kind<OodScore>(OodScores.ReAct(), """{"kind":"react","Percentile":90}""", "Limit Float32[]");
        yield return Kind<OodScore>(
            OodScores.Relation(), """{"kind":"relation","Power":1,"BankSize":null}""", "Bank Float32[120, 64]", "Probabilities Float32[120, 3]");
        yield return Kind<OodScore>(OodScores.Vra(), """{"kind":"vra","Low":10,"High":90}""", "Limits Float32[2]");
        yield return Kind<OodScore>(OodScores.Nci(), """{"kind":"nci","Alpha":0.0001}""", "Mean Float32[64]");
        yield return Kind<OodScore>(OodScores.AshB(), """{"kind":"ash-b","Percentile":65}""");
        yield return Kind<OodScore>(OodScores.AshS(), """{"kind":"ash-s","Percentile":90}""");
        yield return Kind<OodScore>(OodScores.Scale(), """{"kind":"scale","Percentile":85}""");
        yield return Kind<OodScore>(OodScores.Dice(), """{"kind":"dice","Percentile":90}""", "Weight Float32[3, 64]", "Bias Float32[3]");
        yield return Kind<OodScore>(OodScores.Fdbd(), """{"kind":"fdbd","DistanceToMean":true}""", "Mean Float32[64]");
        yield return Kind<OodScore>(OodScores.MaxCosine(), """{"kind":"max-cosine"}""");
        yield return Kind<OodScore>(OodScores.Odin(), """{"kind":"odin","Temperature":1000,"Epsilon":0.0014}""");
        yield return Kind<OodScore>(
            OodScores.Fuse(OodScores.MaxLogit(), OodScores.Fdbd()),
            """{"kind":"fuse","Parts":[{"kind":"max-logit"},{"kind":"fdbd","DistanceToMean":true}]}""",
            "0/Ranks Float64[24]", "1/Mean Float32[64]", "1/Ranks Float64[24]");

        static TestCaseData Kind<T>(T value, string json, params string[] learned)
            where T : notnull
            => new TestCaseData(value, typeof(T), json, learned).SetArgDisplayNames(value.GetType().Name);
    }

    [TestCaseSource(nameof(Kinds))]
    public void Json_OfAKind_StaysAsItIs(object value, Type family, string json, string[] learned)
    {
        Assert.That(JsonSerializer.Serialize(value, family, ModelJson.Options), Is.EqualTo(json));
        Assert.That(JsonSerializer.Deserialize(json, family, ModelJson.Options)!.ToString(), Is.EqualTo(value.ToString()));
        if (value is not OodScore score)
            return;
        using var transformer = _ml.Transforms.OodScore(score).Fit(_training);
        var entries = TensorFile.Open(new MemoryStream(ModelFile.Of(_ml, transformer, _training.Schema).Read("Learned.safetensors"))).Entries;
        Assert.That(entries.Select(entry => entry.ToString()), Is.EquivalentTo(learned));
    }

    [Test]
    public void Kinds_HaveEveryCaseOfEveryFamily()
    {
        var cases = typeof(ModelJson).Assembly.GetTypes().Where(type => type is { IsAbstract: true, IsPublic: true } && type.GetMethod("<Clone>$") is not null)
            .SelectMany(family => family.Assembly.GetTypes()
                .Where(type => type.IsSealed && type.IsSubclassOf(family))
                .Select(type => (Family: family, Case: type))).ToArray();
        Assert.That(Kinds().Select(test => test.Arguments[0]!.GetType()), Is.EquivalentTo(cases.Select(pair => pair.Case)));
        foreach (var (family, type) in cases)
            Assert.That(
                family.GetCustomAttributes<JsonDerivedTypeAttribute>()
                    .Count(attribute => attribute.DerivedType == type && attribute.TypeDiscriminator is string),
                Is.EqualTo(1),
                $"{type.Name} needs [JsonDerivedType(typeof({type.Name}), \"a-name\")] on {family.Name}, to be saved and loaded.");
    }

    // A digest, as the names are many; the message shows them.
    private static IEnumerable<TestCaseData> Networks()
    {
        yield return Network(Backbone.WideResNet(10, 1), Head.Linear(), "6a14a50658708f4c");
        yield return Network(Backbone.ResNet18(), Head.Linear(), "1100fe16798b49e0");
        yield return Network(Backbone.ResNet50(Stem.ImageNet), Head.Linear(), "088c679566bb89dd");
        yield return Network(Backbone.DenseNet(10, 4), Head.Linear(), "8a094ca6e7604e20");
        yield return Network(Backbone.Vgg(11), Head.Linear(), "ac4589e9e599f3a2");
        yield return Network(Backbone.Dense([8, 4]), Head.Linear(), "9edebe3a937456da");
        yield return Network(Backbone.WideResNet(10, 1), Head.Cosine(), "9216615755cd656d");
        yield return Network(Backbone.WideResNet(10, 1), Head.DecomposedConfidence(), "9216615755cd656d");
        yield return Network(Backbone.WideResNet(10, 1), Head.T2FNorm(), "6a14a50658708f4c");

        static TestCaseData Network(Backbone backbone, Head head, string digest)
            => new TestCaseData(backbone, head, digest).SetArgDisplayNames($"{backbone}, {head}");
    }

    [TestCaseSource(nameof(Networks))]
    public void Weights_OfANetwork_StayAsTheyAre(Backbone backbone, Head head, string digest)
    {
        using var network = backbone.CreateNetwork(backbone.TakesVectors ? NodeShape.Vector(3) : NodeShape.Image(3), 5, torch.META, head);
        var names = string.Join(
            "\n",
            network.state_dict().Select(entry => $"{entry.Key} {entry.Value.dtype}[{string.Join(", ", entry.Value.shape)}]").Order(StringComparer.Ordinal));
        Assert.That(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(names)))[..16], Is.EqualTo(digest), names);
    }

    [Test]
    public void Networks_HaveEveryBackboneAndEveryHead()
    {
        Assert.That(Networks().Select(test => test.Arguments[0]!.GetType()).Distinct(), Is.EquivalentTo(Cases(typeof(Backbone))));
        Assert.That(Networks().Select(test => test.Arguments[1]!.GetType()).Distinct(), Is.EquivalentTo(Cases(typeof(Head))));

        static IEnumerable<Type> Cases(Type family) => family.Assembly.GetTypes().Where(type => type.IsSubclassOf(family));
    }

    private static readonly (string Type, string Signature, string Loader, uint Written, uint ReadableFrom, string[] Entries)[] _parts =
    [
        ("LogitNormModel", "LOGITNRM", "LogitNormModel", 0x00010004, 0x00010004, ["Hashes.json", "Model.json", "Model.key", "Weights.safetensors"]),
        ("OodScoreTransformer", "LNOODSCR", "LogitNormOodScore", 0x00010004, 0x00010004, ["Hashes.json", "Learned.safetensors", "Model.key", "Score.json"]),
        (
            "OodDetectorTransformer",
            "LNOODDET",
            "LogitNormOodDetector",
            0x00010003,
            0x00010003,
            ["Calibration.json", "Calibration.safetensors", "Hashes.json", "Model.key"]),
        ("TemperatureScalingTransformer", "LNTEMPSC", "LogitNormTemperature", 0x00010002, 0x00010002, ["Hashes.json", "Model.key", "Scaling.json"]),
        ("ImageReadingTransformer", "LNREADIM", "LogitNormImageReading", 0x00010001, 0x00010001, ["Hashes.json", "Model.key", "Reading.json"]),
        (
            "NearestImagesTransformer",
            "LNNEARIM",
            "LogitNormNearestImages",
            0x00010001,
            0x00010001,
            ["Hashes.json", "Model.key", "Nearest.json", "Nearest.safetensors"]),
    ];

    [Test]
    public void Parts_HaveTheirSignaturesVersionsAndEntries()
    {
        using var app = UntrainedModel.App(_ml);
        var data = TinyImages.View(_ml, 30);
        var keyed = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(app.Transform(data));
        var pictures = _ml.Transforms.ConvertToImage(TinyImages.Size, TinyImages.Size, "Photo", "Image", interleavedColors: false).Fit(keyed).Transform(keyed);
        ITransformer[] parts =
        [
            .. app,
            _ml.Transforms.TemperatureScaling().Fit(keyed),
            _ml.Transforms.ReadImages("Photo", 8, 8, "Name").Fit(data),
            _ml.Transforms.NearestImages(2, 6, imageColumnName: "Photo").Fit(pictures),
        ];
        Assert.That(parts.Select(part => part.GetType().Name), Is.EquivalentTo(_parts.Select(part => part.Type)));
        foreach (var (type, signature, loader, written, readableFrom, entries) in _parts)
        {
            var file = ModelFile.Of(_ml, parts.Single(part => part.GetType().Name == type), data.Schema);
            const string Folder = "TransformerChain/";
            Assert.That(
                file.Entries("")
                    .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
                    .Select(name => name[Folder.Length..])
                    .Order(StringComparer.Ordinal),
                Is.EqualTo(entries),
                type);
            var header = file.Read("Model.key").AsSpan();
            Assert.That(Encoding.ASCII.GetString(header[0x40..0x48]), Is.EqualTo(signature));
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(header[0x48..]), Is.EqualTo(written), type);
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(header[0x4C..]), Is.EqualTo(readableFrom), type);
            Assert.That(Encoding.ASCII.GetString(header[0x50..0x68]).TrimEnd('\0'), Is.EqualTo(loader));
        }
    }

    [Test]
    public void Entries_OfJson_StayAsTheyAre()
    {
        using var app = UntrainedModel.App(_ml);
        var file = ModelFile.Of(_ml, app, TinyImages.View(_ml, 1).Schema);
        Assert.That(
            Text("Model.json"),
            Is.EqualTo(
                """{"Backbone":{"kind":"wide-resnet","Depth":10,"Widen":1,"Dropout":0},"ClassCount":3"""
                + ""","Input":{"kind":"images","Shape":{"Channels":3,"Height":8,"Width":8},"Kind":"vector-of-byte","Interleaved":false,"Name":"Image"}"""
                + ""","Normalization":{"Mean":[128,128,128],"StandardDeviation":[64,64,64]}"""
                + ""","Classes":{"Type":"String","Values":["red","green","blue"]},"Head":{"kind":"linear"}"""
                + ""","Columns":{"PredictedLabel":"PredictedLabel","Score":"Score","Logits":"Logits","Embedding":"Embedding","""
                + "\"LayerStatistics\":\"LayerStatistics\"}}"));
        Assert.That(
            Text("Score.json"),
            Is.EqualTo(
                """{"Score":{"kind":"energy","Temperature":2.5}"""
                + ""","OutputColumnName":"OodScore","LogitsColumnName":"Logits","EmbeddingColumnName":"Embedding","""
                + "\"LayerStatisticsColumnName\":\"LayerStatistics\",\"LearnedFrom\":null}"));
        Assert.That(
            Text("Calibration.json"),
            Is.EqualTo("""{"Columns":{"Score":"OodScore","Confidence":"OodConfidence","Decision":"IsOutOfDistribution"},"FalseAlarmRate":0.05}"""));
        var data = TinyImages.View(_ml, 30);
        var keyed = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(app.Transform(data));
        using var learned = _ml.Transforms.OodScore(OodScores.NnGuide(2)).Fit(_training);
        Assert.That(Encoding.UTF8.GetString(ModelFile.Of(_ml, learned, data.Schema).Read("Score.json")),
            Is.EqualTo(
                """{"Score":{"kind":"nn-guide","K":2,"BankSize":null}"""
                + ""","OutputColumnName":"OodScore","LogitsColumnName":"Logits","EmbeddingColumnName":"Embedding","""
                + "\"LayerStatisticsColumnName\":\"LayerStatistics\",\"LearnedFrom\":{\"Classes\":3,\"EmbeddingSize\":64}}"));
        Assert.That(Encoding.UTF8.GetString(ModelFile.Of(_ml, _ml.Transforms.TemperatureScaling().Fit(keyed), data.Schema).Read("Scaling.json")),
            Does.Match("""^\{"Columns":\{"Logits":"Logits","Score":"Score"\},"ClassCount":3,"Temperature":[0-9.E-]+\}$"""));
        Assert.That(
            Encoding.UTF8.GetString(ModelFile.Of(_ml, _ml.Transforms.ReadImages("Photo", 8, 4, "Name").Fit(data), data.Schema).Read("Reading.json")),
            Is.EqualTo(
                """{"Output":"Photo","Input":"Name","Width":8,"Height":4,"Folder":"","Resizing":"Crop","MaxPixels":100000000"""
                + ""","ErrorColumn":null,"Background":[255,255,255]}"""));
        var pictures = _ml.Transforms.ConvertToImage(TinyImages.Size, TinyImages.Size, "Photo", "Image", interleavedColors: false).Fit(keyed).Transform(keyed);
        Assert.That(
            Encoding.UTF8.GetString(
                ModelFile.Of(_ml, _ml.Transforms.NearestImages(2, 6, imageColumnName: "Photo").Fit(pictures), data.Schema).Read("Nearest.json")),
            Is.EqualTo(
                """{"Columns":{"Embedding":"Embedding","Images":"NearestImages","Similarities":"NearestSimilarities"},"Count":2"""
                + ""","Classes":["red","green","blue"]}"""));
        Assert.That(
            Enum.GetValues<PixelKind>().Select(kind => JsonSerializer.Serialize(kind, ModelJson.Options)),
            Is.EqualTo(new[] { "\"image\"", "\"vector-of-byte\"", "\"vector-of-single\"" }));

        string Text(string entry) => Encoding.UTF8.GetString(file.Read(entry));
    }

    // Properties without a default must be there; those with one may have been added later.
    [TestCase(typeof(ModelSpec), "Head", "Columns")]
    [TestCase(typeof(LearnedScore.Sizes), "Classes", "EmbeddingSize", "StatisticsSize")]
    public void Properties_ThatMayBeMissing(Type type, params string[] optional)
        => Assert.That(
            type.GetConstructors().Single().GetParameters().Where(parameter => parameter.HasDefaultValue).Select(parameter => parameter.Name),
            Is.EqualTo(optional));
}
