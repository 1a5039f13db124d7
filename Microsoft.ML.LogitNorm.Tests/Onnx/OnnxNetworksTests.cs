using System.Globalization;
using Microsoft.ML.Data;
using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests.Onnx;

[TestFixture]
public sealed class OnnxNetworksTests
{
    private const int Rows = 8;

    private static IEnumerable<Backbone> ForImages() =>
    [
        Backbone.WideResNet(10, 1, dropout: 0.3), Backbone.WideResNet(16, 2), Backbone.ResNet18(), Backbone.ResNet18(Stem.ImageNet), Backbone.ResNet50(),
        Backbone.DenseNet(10, 4, dropout: 0.1), Backbone.DenseNet(16, 4, stem: Stem.ImageNet), Backbone.Vgg(11),
    ];

    private static IEnumerable<Head> Heads() => [Head.Linear(), Head.Cosine(), Head.DecomposedConfidence(), Head.T2FNorm(0.2)];

    [TestCaseSource(nameof(ForImages))]
    public void Export_ANetworkForImages_GivesLogitsEmbeddingAndLayerStatistics(Backbone backbone)
    {
        // Odd sides, which strides and pools round: 33×47.
        var shape = new ImageShape(3, 33, 47);
        using var model = Model(shape, backbone);
        // Thousands of layer statistics, as the large networks have, take half a minute to fit.
        var few = model.Spec.StatisticsSize < 500;
        using var score = new MLContext().Transforms.OodScore(few ? OodScores.LayerGaussian(0.1) : OodScores.Energy())
            .Fit(model.Transform(View(Images(3 * 33 * 47, 12), shape)));
        using var file = new ExportedFile(new TransformerChain<ITransformer>(model, score));

        var rows = Images(3 * 33 * 47, Rows);
        string[] columns = ["Logits", "Score", "Embedding", .. few ? ["LayerStatistics"] : Array.Empty<string>()];
        var expected = new MLContext().Data.Cache(model.Transform(View(rows, shape)), columns);   // one pass for all
        foreach (var column in columns)
        {
            float[] values = [.. expected.GetColumn<float[]>(column).SelectMany(row => row)];
            Assert.That(values.Distinct().Count(), Is.GreaterThan(Rows));
            Assert.That(
                file.Run<float>(column, rows, 3, 33, 47), Is.EqualTo(values).Within(1e-4 * Math.Max(1, values.Max(Math.Abs))), column);
        }
    }

    [TestCaseSource(nameof(Heads))]
    public void Export_AHead_GivesItsLogits(Head head)
    {
        using var model = Model(new ImageShape(1, 8, 8), Backbone.WideResNet(10, 1), head);
        using var file = new ExportedFile(model);

        var rows = Images(64, Rows).Append(new float[64]).ToArray();   // and a black one
        float[] expected = [.. model.Transform(View(rows, new(1, 8, 8))).GetColumn<float[]>("Logits").SelectMany(row => row)];
        Assert.That(file.Run<float>("Logits", rows, 1, 8, 8), Is.EqualTo(expected).Within(1e-4 * Math.Max(1, expected.Max(Math.Abs))));
    }

    [TestCase("")]
    [TestCase("32")]
    [TestCase("32,16")]
    public void Export_ANetworkOfFeatureVectors_GivesItsLogits(string hidden)
    {
        var ml = new MLContext(seed: 1);
        var backbone = Backbone.Dense([.. hidden.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(size => int.Parse(size, CultureInfo.InvariantCulture))]);
        var data = Moons.View(ml, 100);
        using var chain = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.LogitNorm(backbone: backbone, epochs: 2))
            .Append(ml.Transforms.OodScore()).Fit(data);
        data = Moons.View(ml, 100, seed: 2);
        using var file = new ExportedFile(chain, new() { CheckData = data });

        float[][] rows = [.. data.GetColumn<float[]>("Features")];
        var transformed = chain.Transform(data);
        Assert.That(
            file.Run<float>("Logits", rows, rows[0].Length),
            Is.EqualTo(transformed.GetColumn<float[]>("Logits").SelectMany(row => row)).Within(1e-4));
        var differences = file.Run<float>("OodScore", rows, rows[0].Length).Zip(transformed.GetColumn<float>("OodScore"), (own, other) => Math.Abs(own - other));
        Assert.That(differences.Count(difference => difference > 1e-3), Is.LessThanOrEqualTo(3), "at most a few ranks, where two are equal but for their rounding");
        Assert.That(file.Export.ToString(), Does.Contain($"input  Features: Single[batch, {rows[0].Length}]").And.Contain("left out: ValueToKeyMappingTransformer"));
    }

    [Test]
    public void Export_ManyRowsAndOne_AreTheSame()
    {
        using var model = Model(new ImageShape(3, 16, 16), Backbone.WideResNet(10, 1));
        using var file = new ExportedFile(model);
        var rows = Images(3 * 16 * 16, 5);
        var together = file.Run<float>("Logits", rows, 3, 16, 16);
        Assert.That(rows.SelectMany(row => file.Run<float>("Logits", [row], 3, 16, 16)), Is.EqualTo(together).Within(1e-5));
    }

    /// <summary>A model with batch norms of all kinds of statistics: those of an untrained one are 0 and 1, and folding them would show nothing.</summary>
    private static LogitNormModel Model(ImageShape shape, Backbone backbone, Head? head = null)
    {
        var ml = new MLContext(seed: 1);
        var model = UntrainedModel.Create(
            ml, PixelKind.VectorOfSingle, shape, backbone: backbone, head: head,
            normalization: new([.. Enumerable.Repeat(120f, shape.Channels)], [.. Enumerable.Repeat(60f, shape.Channels)]));
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        using var generator = new torch.Generator(1, torch.CPU);
        foreach (var (name, values) in model.Network.Classifier.state_dict())
            if (name.EndsWith("running_mean", StringComparison.Ordinal))
                values.normal_(0, 0.2, generator);
            else if (name.EndsWith("running_var", StringComparison.Ordinal))
                values.uniform_(0.5, 1.5, generator);
        using var stream = new MemoryStream();   // loaded again, so that the copy that scores is made of these
        ml.Model.Save(model, View(Images((int)shape.ValueCount, 1), shape).Schema, stream);
        model.Dispose();
        stream.Position = 0;
        return (LogitNormModel)ml.Model.Load(stream, out _);
    }

    private static float[][] Images(int values, int rows)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, values).Select(_ => (float)random.Next(256)).ToArray())];
    }

    private static IDataView View(IReadOnlyList<float[]> rows, ImageShape shape)
    {
        var definition = SchemaDefinition.Create(typeof(Row));
        definition[nameof(Row.Image)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, shape.Channels, shape.Height, shape.Width);
        return new MLContext().Data.LoadFromEnumerable(rows.Select(image => new Row { Image = image }), definition);
    }

    private sealed class Row
    {
        public float[] Image { get; set; } = [];
    }
}
