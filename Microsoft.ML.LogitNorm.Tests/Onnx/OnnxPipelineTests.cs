using System.Text.Json;
using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Onnx;

[TestFixture]
public sealed class OnnxPipelineTests
{
    private readonly MLContext _ml = new(seed: 1);
    private TransformerChain<OodDetectorTransformer> _app = null!;

    [OneTimeSetUp]
    public void Train()
    {
        // The energy, as the softmax of these images is 1 but for its rounding, which is no measure of anything.
        var model = TinyImages.Pipeline(_ml).Append(_ml.Transforms.OodScore(OodScores.Energy())).Fit(TinyImages.View(_ml, 96));
        _app = model.Append(_ml.Transforms.OodDetector(0.05).Fit(model.Transform(TinyImages.View(_ml, 60, seed: 2))));
    }

    [OneTimeTearDown]
    public void Free() => _app.Dispose();

    private LogitNormModel Network => ExportedPipeline.Flat(_app).OfType<LogitNormModel>().Single();

    [Test]
    public void Export_AnApplication_DecidesAsTheModelDoes()
    {
        using var file = new ExportedFile(_app);
        var rows = TinyImages.Rows(300, seed: 5);
        var random = new Random(6);
        foreach (var row in rows.Take(100))
            random.NextBytes(row.Image);
        var expected = _app.Transform(_ml.Data.LoadFromEnumerable(rows));

        bool[] decisions = [.. expected.GetColumn<bool>("IsOutOfDistribution")];
        Assert.That(decisions, Has.Some.True.And.Some.False);
        Assert.That(file.Run<bool>("IsOutOfDistribution", rows), Is.EqualTo(decisions));
        Assert.That(file.Run<float>("OodConfidence", rows), Is.EqualTo(expected.GetColumn<float>("OodConfidence")).Within(1e-6));
        Assert.That(file.Run<float>("Score", rows), Is.EqualTo(expected.GetColumn<float[]>("Score").SelectMany(row => row)).Within(1e-5));
        var keys = expected.GetColumn<uint>("PredictedLabel");
        Assert.That(file.Run<string>("PredictedLabel", rows), Is.EqualTo(keys.Select(key => TinyImages.Classes[key - 1])));
    }

    [Test]
    public void Export_Metadata_HasClassesNetworkAndPromise()
    {
        using var file = new ExportedFile(_app);
        Assert.That(JsonSerializer.Deserialize<string[]>(file.Metadata["classes"]), Is.EqualTo(TinyImages.Classes));
        Assert.That(file.Metadata["network"], Does.Contain("WideResNet(10, 1, 0)").And.Contain("Head.Linear()"));
        Assert.That(file.Metadata["input"], Does.Contain("[batch, 3, 8, 8]").And.Contain("red, green, blue, 0 to 255"));
        Assert.That(file.Metadata["score.OodScore"], Is.EqualTo("Energy(Temperature = 1)"));
        Assert.That(file.Metadata["decision.IsOutOfDistribution"], Is.EqualTo(_app.LastTransformer.Report.ToString()));
        Assert.That(file.Export.Opset, Is.EqualTo(17));
        Assert.That(file.Export.Bytes, Is.EqualTo(file.Bytes.Length));
        Assert.That(file.Export.LeftOut, Is.EqualTo((string[])["ValueToKeyMappingTransformer"]));
    }

    [Test]
    public void Export_AnApplication_RunsInMlNetByApplyOnnxModel()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        _ml.Model.ExportToOnnx(_app, path);

        var data = TinyImages.View(_ml, 30, seed: 7);
        var onnx = _ml.Transforms.Conversion.ConvertType("Image", outputKind: DataKind.Single)
            .Append(_ml.Transforms.ApplyOnnxModel(["PredictedLabel", "OodScore", "IsOutOfDistribution"], ["Image"], path))
            .Fit(data).Transform(data);
        Assert.That(
            onnx.GetColumn<float[]>("OodScore").Select(score => score.Single()),
            Is.EqualTo(_app.Transform(data).GetColumn<float>("OodScore")).Within(1e-5));
        Assert.That(
            onnx.GetColumn<bool[]>("IsOutOfDistribution").Select(decision => decision.Single()),
            Is.EqualTo(_app.Transform(data).GetColumn<bool>("IsOutOfDistribution")));
    }

    [Test]
    public void Export_ADecisionForEachClassAndATemperature_AreTheModels()
    {
        var scored = new TransformerChain<ITransformer>(ExportedPipeline.Flat(_app).Take(3).ToArray());
        var data = TinyImages.View(_ml, 150, seed: 2);
        var chain = scored.Append(_ml.Transforms.TemperatureScaling().Fit(scored.Transform(data)))
            .Append(_ml.Transforms.OodDetector(0.1, perClass: true).Fit(scored.Transform(data)));
        using var file = new ExportedFile(chain);

        var rows = TinyImages.Rows(200, seed: 8);
        var expected = chain.Transform(_ml.Data.LoadFromEnumerable(rows));
        Assert.That(file.Run<bool>("IsOutOfDistribution", rows), Is.EqualTo(expected.GetColumn<bool>("IsOutOfDistribution")));
        Assert.That(file.Run<float>("OodConfidence", rows), Is.EqualTo(expected.GetColumn<float>("OodConfidence")).Within(1e-6));
        Assert.That(file.Run<float>("Score", rows), Is.EqualTo(expected.GetColumn<float[]>("Score").SelectMany(row => row)).Within(1e-5));
        Assert.That(file.Metadata["temperature"], Is.EqualTo(
            ExportedPipeline.Flat(chain).OfType<TemperatureScalingTransformer>().Single().Temperature.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Test]
    public void Export_LabelsBackToText_IsLeftOutAndNoObstacle()
    {
        var chain = new TransformerChain<ITransformer>([.. ExportedPipeline.Flat(_app).Take(3)])
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(_app.Transform(TinyImages.View(_ml, 5))))
            .Append(_app.LastTransformer);
        using var file = new ExportedFile(chain);
        Assert.That(file.Export.LeftOut, Has.Member("KeyToValueMappingTransformer"));
        Assert.That(file.Export.Outputs.Single(output => output.Name == "PredictedLabel").Differing, Is.Zero);
    }

    [Test]
    public void Export_AnotherTransformerThatRewritesTheEmbedding_IsRefused()
    {
        var chain = WithNormalizedEmbedding();
        var thrown = Assert.Throws<NotSupportedException>(() => _ = new ExportedFile(chain));
        Assert.That(thrown!.Message, Does.Contain("'Embedding'").And.Contain("LpNormNormalizingTransformer"));
    }

    [Test]
    public void Export_AnotherTransformerThatDropsAScoreAndWritesIt_IsRefused()
    {
        var scored = new TransformerChain<ITransformer>([.. ExportedPipeline.Flat(_app).Take(3)]);
        var data = TinyImages.View(_ml, 5);
        var dropped = _ml.Transforms.DropColumns("OodScore").Fit(scored.Transform(data));
        var copied = _ml.Transforms.CopyColumns("OodScore", "Order").Fit(dropped.Transform(scored.Transform(data)));
        var chain = scored.Append(dropped).Append(copied).Append(_app.LastTransformer);
        Assert.That(
            () => _ = new ExportedFile(chain, new() { CheckData = TinyImages.View(_ml, 20) }),
            Throws.TypeOf<NotSupportedException>().With.Message.Contains("'OodScore'").And.Message.Contains("ColumnCopyingTransformer"));
    }

    [Test]
    public void Check_AFileThatComputesSomethingElse_IsFoundByItsOutput()
    {
        // The file of another network of the same form.
        using var other = UntrainedModel.Create(_ml);
        using var file = new ExportedFile(other);
        var check = new OnnxCheck(Network, ExportedPipeline.Of(Network), new());
        var thrown = Assert.Throws<InvalidOperationException>(() => check.Run(file.Bytes, file.Export.Outputs, new HashSet<string>()));
        Assert.That(thrown!.Message, Does.Contain("'PredictedLabel'").Or.Contain("'Score'"));
        Assert.That(thrown.Message, Does.Contain("of 64 rows").And.Contain("Nothing was written"));
    }

    [Test]
    public void Export_WhatIsNotFinite_IsOutOfDistribution()
    {
        using var file = new ExportedFile(_app);
        foreach (var value in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity, 3e38f])
        {
            float[] row = [.. Enumerable.Repeat(value, 3 * TinyImages.Size * TinyImages.Size)];
            Assert.That(file.Run<bool>("IsOutOfDistribution", [row], 3, TinyImages.Size, TinyImages.Size), Is.EqualTo((bool[])[true]), $"{value}");
            Assert.That(file.Run<float>("OodConfidence", [row], 3, TinyImages.Size, TinyImages.Size), Has.All.GreaterThan(0.9f), $"{value}");
        }
    }

    [TestCase(DataKind.Int32)]
    [TestCase(DataKind.Single)]
    public void Export_LabelsThatAreNumbers_AreTheirText(DataKind kind)
    {
        var rows = TinyImages.View(_ml, 48);
        var pipeline = _ml.Transforms.Conversion.MapValue("Label", TinyImages.Classes.Index().ToDictionary(item => item.Item, item => item.Index + 7))
            .Append(_ml.Transforms.Conversion.ConvertType("Label", outputKind: kind))
            .Append(_ml.Transforms.Conversion.MapValueToKey("Label"))
            .Append(_ml.MulticlassClassification.Trainers.LogitNorm(TinyImages.Options))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        using var chain = pipeline.Fit(rows);
        using var file = new ExportedFile(chain, new() { CheckData = rows });
        Assert.That(file.Run<string>("PredictedLabel", TinyImages.Rows(12)).Distinct(), Is.EquivalentTo((string[])["7", "8", "9"]));
        Assert.That(file.Export.Outputs.Single(output => output.Name == "PredictedLabel").Differing, Is.Zero);
    }

    [Test]
    public void Export_WhatFails_LeavesAnExistingFileAsItWas()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        File.WriteAllText(path, "old");
        Assert.Throws<NotSupportedException>(() => _ml.Model.ExportToOnnx(WithNormalizedEmbedding(), path));
        Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1));

        _ml.Model.ExportToOnnx(_app, path);
        Assert.That(new FileInfo(path).Length, Is.GreaterThan(100_000));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    public void Export_NoNetworkOrTwo_IsRefused()
    {
        var none = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(_ml, 5));
        Assert.That(
            () => _ = new ExportedFile(none),
            Throws.ArgumentException.With.Message.Contains("no LogitNorm network").And.Message.Contains("ValueToKeyMappingTransformer"));
        Assert.That(
            () => _ = new ExportedFile(new TransformerChain<ITransformer>(Network, Network)), Throws.ArgumentException.With.Message.Contains("2 LogitNorm networks"));
    }

    [Test]
    public void Export_ADecisionOnAnotherScore_IsRefusedByItsColumn()
    {
        var data = Network.Transform(TinyImages.View(_ml, 40));
        var detector = _ml.Transforms.OodDetector(0.1, scoreColumnName: "Order").Fit(data);
        Assert.That(
            () => _ = new ExportedFile(new TransformerChain<ITransformer>(Network, detector)), Throws.TypeOf<NotSupportedException>().With.Message.Contains("'Order'"));
    }

    [Test]
    public void Export_OptionsThatCannotBe_AreRefused()
    {
        Assert.That(() => _ = new ExportedFile(_app, new() { CheckedRows = 0 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => _ = new ExportedFile(_app, new() { Tolerance = double.NaN }), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(
            () => _ = new ExportedFile(_app, new() { CheckData = TinyImages.View(_ml, 0) }),
            Throws.InvalidOperationException.With.Message.Contains("CheckData has no rows"));
    }

    private TransformerChain<ITransformer> WithNormalizedEmbedding()
    {
        var normalized = _ml.Transforms.NormalizeLpNorm("Embedding").Fit(Network.Transform(TinyImages.View(_ml, 5)));
        return new(Network, normalized);
    }
}
