using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Files;

/// <summary>JSON in saved models that cannot be, or that would cost much: refused by name, before memory is spent.</summary>
public sealed class ModelJsonTests : SavedModelTests
{
    [TestCase("Model.json", "\"kind\":\"wide-resnet\"", "\"kind\":\"Transformer\"", TestName = "Load_UnknownBackbone_IsNamed")]
    [TestCase("Model.json", "\"kind\":\"wide-resnet\"", "\"kind\":\"max-softmax\"", TestName = "Load_KindOfAnotherFamily_IsNamed")]
    [TestCase("Model.json", "\"kind\":\"wide-resnet\",", "", TestName = "Load_KindMissing_IsNamed")]
    [TestCase("Model.json", "\"Depth\":10", "\"Depth\":11", TestName = "Load_ImpossibleDepth_IsNamed")]
    [TestCase("Model.json", "\"Depth\":10", "\"Depth\":\"ten\"", TestName = "Load_TextForNumber_IsNamed")]
    [TestCase("Model.json", "\"Depth\":10", "\"Depth\":1e99", TestName = "Load_NumberTooLarge_IsNamed")]
    [TestCase("Model.json", "\"Widen\":1", "\"Widen\":100000000", TestName = "Load_ImpossibleWidth_IsNamed")]
    [TestCase("Model.json", "\"linear\"", "\"quadratic\"", TestName = "Load_UnknownHead_IsNamed")]
    [TestCase("Model.json", "\"linear\"", "\"wide-resnet\"", TestName = "Load_HeadOfAnotherFamily_IsNamed")]
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
    [TestCase("Score.json", "\"kind\":\"energy\"", "\"kind\":\"entropy\"", TestName = "Load_UnknownScore_IsNamed")]
    [TestCase("Score.json", "2.5", "0", TestName = "Load_ScoreTemperatureOfZero_IsNamed")]
    [TestCase("Score.json", "\"OodScore\"", "\"\"", TestName = "Load_ScoreColumnWithoutName_IsNamed")]
    [TestCase("Calibration.json", "0.05", "\"NaN\"", TestName = "Load_FalseAlarmRateNaN_IsNamed")]
    [TestCase("Calibration.json", "0.05", "1.5", TestName = "Load_FalseAlarmRateAboveOne_IsNamed")]
    [TestCase("Model.json", "\"Name\":\"Image\"", "\"Name\":\"\"", TestName = "Load_ImageColumnWithoutName_IsNamed")]
    [TestCase("Model.json", "\"vector-of-byte\"", "\"vector-of-double\"", TestName = "Load_UnknownPixels_IsNamed")]
    [TestCase("Model.json", "\"vector-of-byte\"", "7", TestName = "Load_NumberForPixels_IsNamed")]
    [TestCase("Model.json", "\"Height\":8", "\"Height\":3", TestName = "Load_ImagesTooSmallForTheNetwork_IsNamed")]
    [TestCase("Model.json", "[\"red\",\"green\",\"blue\"]", "\"red\"", TestName = "Load_ClassNamesThatAreNoList_IsNamed")]
    [TestCase("Model.json", "\"Values\":[\"red\",\"green\",\"blue\"]", "\"Values\":[\"red\",2,null]", TestName = "Load_ClassNamesThatAreNoText_IsNamed")]
    [TestCase("Score.json", "\"LearnedFrom\":null", "\"LearnedFrom\":{\"Classes\":3}", TestName = "Load_LearnedFromOfAScoreThatLearnsNothing_IsNamed")]
    [TestCase("Calibration.json", "\"OodConfidence\"", "\"IsOutOfDistribution\"", TestName = "Load_TwoColumnsOfOneName_IsNamed")]
    public void Load_JsonThatCannotBe(string entry, string old, string replacement)
    {
        var part = entry switch { "Model.json" => ModelPart, "Score.json" => ScorePart, _ => DecisionPart };
        Assert.That(Saved.WithJson(entry, old, replacement).LoadError(Ml), Names(part, entry));
    }

    // The largest networks that the format can name take terabytes: they are outlined without memory and found not to fit the weights.
    [TestCase("\"Depth\":1000,\"Widen\":1024", TestName = "Load_BackboneLargerThanItsWeights_IsRefusedBeforeMemoryIsTaken")]
    [TestCase("\"Depth\":10,\"Widen\":1024", TestName = "Load_BackboneWiderThanItsWeights_IsRefusedBeforeMemoryIsTaken")]
    public void Load_HugeBackbone(string size)
    {
        var file = Saved.WithJson("Model.json", "\"Depth\":10,\"Widen\":1", size);
        Assert.That(
            file.LoadError(Ml), Names(ModelPart, "Weights.safetensors").With.Message.Contains("is expected"));
        Assert.That(PeakMemory.OfLoading("Model.json", "\"Depth\":10,\"Widen\":1", size), Is.LessThan(200));
    }

    // What a file says of its images is believed by nobody before there is one: neither are feature maps of them made, nor room for them.
    [Test]
    public void Load_LargeImages_CostNothing()
    {
        const string Small = "\"Height\":8,\"Width\":8", Large = "\"Height\":4000,\"Width\":4000";
        using var loaded = (TransformerChain<ITransformer>)Saved.WithJson("Model.json", Small, Large).Load(Ml, out _);
        Assert.That(loaded.OfType<LogitNormModel>().Single().ImageShape, Is.EqualTo(new ImageShape(3, 4000, 4000)));
        Assert.That(PeakMemory.OfLoading("Model.json", Small, Large), Is.LessThan(200), "of which 96 are an engine's room for one image");
    }

    [Test]
    public void PeakMemory_OfATensor_IsItsBytes() => Assert.That(PeakMemory.OfTensor(150), Is.InRange(140, 170), "the measure that others go by");

    [Test]
    public void Load_ImagesOfManyChannels_AreTakenFewAtATime()
    {
        var image = new ImageInput("Image", new(100_000, 8, 8), PixelKind.VectorOfSingle, Interleaved: false);
        Assert.That((long)image.RowsPerBatch * image.BytesPerRow, Is.LessThanOrEqualTo(256 << 20));
        Assert.That(
            new ImageInput("Image", new(100_000, 80, 60), PixelKind.VectorOfSingle, Interleaved: false).RowsPerBatch, Is.EqualTo(1), "one is always taken");
        Assert.That(new ImageInput("Image", new(3, 64, 64), PixelKind.VectorOfSingle, Interleaved: false).RowsPerBatch, Is.EqualTo(128));
    }

    // A million classes in two megabytes of text: what is made of them is a few times that, and gone when it is found not to fit the weights.
    [Test]
    public void Load_MillionsOfClassValues_CostAFewTimesTheirBytes()
    {
        var file = Saved.With("Model.json", bytes =>
        {
            var json = JsonNode.Parse(bytes)!;
            json["ClassCount"] = 4_000_000;
            json["Classes"] = JsonNode.Parse($$"""{"Type":"Byte","Values":[{{string.Join(",", Enumerable.Repeat("1", 4_000_000))}}]}""");
            return Encoding.UTF8.GetBytes(json.ToJsonString());
        });
        var before = GC.GetTotalAllocatedBytes();
        Assert.That(file.LoadError(Ml), Names(ModelPart, "Weights.safetensors"));
        Assert.That((GC.GetTotalAllocatedBytes() - before) / (double)(8 << 20), Is.LessThan(40));
    }

    [Test]
    public void Load_MoreClassesThanWeights_IsRefused()
    {
        var file = Saved.With("Model.json", bytes =>
        {
            var json = JsonNode.Parse(bytes)!;
            json["ClassCount"] = int.MaxValue;
            json["Classes"] = null;
            return Encoding.UTF8.GetBytes(json.ToJsonString());
        });
        Assert.That(file.LoadError(Ml), Names(ModelPart, "Weights.safetensors"));
    }

    [Test]
    public void Load_HugeJson_IsRefusedByItsSize()
        => Assert.That(
            Saved.With("Score.json", _ => new byte[(16 << 20) + 1]).LoadError(Ml), Names(ScorePart, "Score.json").With.Message.Contains("too many"));
}
