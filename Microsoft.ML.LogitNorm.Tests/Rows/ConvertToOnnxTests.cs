using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Rows;

/// <summary>Until there is an export, ML.NET's is refused: by itself it would leave the network out without a word.</summary>
public sealed class ConvertToOnnxTests
{
    private readonly MLContext _ml = new(seed: 1);
    private TransformerChain<OodDetectorTransformer> _app = null!;
    private IDataView _data = null!;

    [OneTimeSetUp]
    public void Create()
    {
        _app = UntrainedModel.App(_ml);
        _data = TinyImages.View(_ml, 30);
    }

    [OneTimeTearDown]
    public void Free() => _app.Dispose();

    private IEnumerable<(ITransformer Transformer, IDataView Input)> Transformers()
    {
        var input = _data;
        foreach (var transformer in _app)
        {
            yield return (transformer, input);
            input = transformer.Transform(input);
        }
        var keyed = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(input).Transform(input);
        yield return (_ml.Transforms.TemperatureScaling().Fit(keyed), keyed);
        var pictured = _ml.Transforms.ConvertToImage(TinyImages.Size, TinyImages.Size, "Picture", "Image").Fit(keyed).Transform(keyed);
        yield return (_ml.Transforms.NearestImages(imageColumnName: "Picture").Fit(pictured), pictured);
        var paths = _ml.Data.LoadFromEnumerable([new Upload()]);
        yield return (_ml.Transforms.ReadImages("Photo", 8, 8, "Path").Fit(paths), paths);
    }

    [Test]
    public void ConvertToOnnx_EachOfOurs_ThrowsAndSaysWhatToDo()
    {
        var names = new List<string>();
        foreach (var (transformer, input) in Transformers())
        {
            var name = transformer.GetType().Name;
            Assert.That(() => Convert(transformer, input), Throws.TypeOf<NotSupportedException>().With.Message
                .StartsWith($"A {name} cannot be converted by ConvertToOnnx")
                .And.Message.Contains("ml.Model.ExportToOnnx")
                .And.Message.Contains("only the transformers before"),
                name);
            names.Add(name);
        }
        // The type of every transformer of this assembly that Model.Load finds.
        Assert.That(
            names,
            Is.EquivalentTo(
                typeof(LogitNormModel).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(RowToRowTransformer))).Select(type => type.Name)));
    }

    [Test]
    public void ConvertToOnnx_InAChainWithMlNetsOwn_Throws()
    {
        var chain = _app.Append(_ml.Transforms.Conversion.MapKeyToValue("Name", "PredictedLabel").Fit(_app.Transform(_data)));
        Assert.That(() => Convert(chain, _data), Throws.TypeOf<NotSupportedException>().With.Message.Contains("OodDetectorTransformer"));
        using var loaded = (IDisposable)ModelFile.Of(_ml, chain, _data.Schema).Load(_ml, out _);
        Assert.That(() => Convert((ITransformer)loaded, _data), Throws.TypeOf<NotSupportedException>());
    }

    [Test]
    public void ConvertToOnnx_TransformersBeforeOurs_Succeeds()
    {
        var before = _ml.Transforms.NormalizeMinMax("Numbers").Fit(_data);
        using var stream = new MemoryStream();
        _ml.Model.ConvertToOnnx(before, _ml.Data.LoadFromEnumerable([new Numbers()]), stream, "Numbers");
        Assert.That(stream.Length, Is.GreaterThan(0));
    }

    private void Convert(ITransformer transformer, IDataView input) => _ml.Model.ConvertToOnnx(transformer, input, Stream.Null);

    private sealed class Upload
    {
        public string Path { get; set; } = "";
    }

    private sealed class Numbers
    {
        [VectorType(2)]
        [ColumnName("Numbers")]
        public float[] Values { get; set; } = [1, 2];
    }
}
