using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Model;

/// <summary>What the model's columns tell about themselves, by which evaluators, MapKeyToValue and scores find their way; before and after loading.</summary>
public sealed class ModelColumnsTests
{
    private readonly MLContext _ml = new(seed: 1);
    private LogitNormModel _model = null!;
    private DataViewSchema _input = null!;

    [OneTimeSetUp]
    public void Create()
    {
        _model = UntrainedModel.Create(_ml);
        _input = TinyImages.View(_ml, 1).Schema;
    }

    [OneTimeTearDown]
    public void Free() => _model.Dispose();

    [Test]
    public void Schema_TypesAndAnnotations_AreThoseOfAClassifier([Values] bool loaded)
    {
        var schema = Schema(loaded);
        Assert.That(schema["PredictedLabel"].Type, Is.EqualTo(new KeyDataViewType(typeof(uint), 3)));
        Assert.That(schema["Score"].Type, Is.EqualTo(new VectorDataViewType(NumberDataViewType.Single, 3)));
        Assert.That(schema["Logits"].Type, Is.EqualTo(new VectorDataViewType(NumberDataViewType.Single, 3)));
        Assert.That(schema["Embedding"].Type, Is.EqualTo(new VectorDataViewType(NumberDataViewType.Single, 64)));
        // WideResNet(10, 1): mean and deviation of 16, 16, 32 and 64 feature maps.
        Assert.That(schema["LayerStatistics"].Type, Is.EqualTo(new VectorDataViewType(NumberDataViewType.Single, 256)));
        Assert.That(Texts(schema["PredictedLabel"], "KeyValues"), Is.EqualTo(TinyImages.Classes));
        Assert.That(Texts(schema["Score"], "TrainingLabelValues"), Is.EqualTo(TinyImages.Classes));
        Assert.That(Texts(schema["Score"], "SlotNames"), Is.EqualTo(TinyImages.Classes));
        Assert.That(Texts(schema["Logits"], "SlotNames"), Is.EqualTo(TinyImages.Classes));
        foreach (var name in (string[])["PredictedLabel", "Score"])
        {
            Assert.That(Text(schema[name], "ScoreColumnKind"), Is.EqualTo("MulticlassClassification"));
            Assert.That(Text(schema[name], "ScoreValueKind"), Is.EqualTo(name));
        }
        Assert.That(schema["Logits"].Annotations.Schema.Select(annotation => annotation.Name), Does.Contain("Network"));
    }

    [Test]
    public void Schema_InputHasAColumnCalledScore_HidesIt()
    {
        var data = _ml.Transforms.CopyColumns("Score", "Order").Fit(TinyImages.View(_ml, 5)).Transform(TinyImages.View(_ml, 5));
        var view = _model.Transform(data);
        Assert.That(view.Schema.Count(column => column.Name == "Score"), Is.EqualTo(2));
        Assert.That(view.GetColumn<float[]>("Score").Select(score => score.Sum()), Is.All.EqualTo(1).Within(1e-5));
        var hidden = view.Schema.Single(column => column.Name == "Score" && column.IsHidden);
        Assert.That(view.GetColumn<float>(hidden), Is.EqualTo(new[] { 0f, 1, 2, 3, 4 }));
    }

    [Test]
    public void Transform_TwoModelsInAChain_TheLaterHidesTheEarlier()
    {
        TorchSharp.torch.manual_seed(2);
        using var other = UntrainedModel.Create(_ml, classes: new("Int32", System.Text.Json.JsonSerializer.SerializeToElement(new[] { 5, 6, 7, 8 })));
        var data = TinyImages.View(_ml, 140);
        var view = other.Transform(_model.Transform(data));
        Assert.That(ColumnValues.Read(view, "Logits"), Is.EqualTo(ColumnValues.Read(other.Transform(data), "Logits")));
        var first = view.Schema.First(column => column.Name == "Logits");
        using var cursor = view.GetRowCursor([first, view.Schema["Logits"]]);
        var (getFirst, values) = (ColumnValues.Reader(cursor, first), new List<string>());
        while (cursor.MoveNext())
            values.Add(getFirst());
        Assert.That(values, Is.EqualTo(ColumnValues.Read(_model.Transform(data), "Logits")));
    }

    private static string[] Texts(DataViewSchema.Column column, string kind)
    {
        var values = default(VBuffer<ReadOnlyMemory<char>>);
        column.Annotations.GetValue(kind, ref values);
        return [.. values.DenseValues().Select(value => value.ToString())];
    }

    private static string Text(DataViewSchema.Column column, string kind)
    {
        var value = default(ReadOnlyMemory<char>);
        column.Annotations.GetValue(kind, ref value);
        return value.ToString();
    }

    private DataViewSchema Schema(bool loaded)
    {
        if (!loaded)
            return _model.GetOutputSchema(_input);
        using var again = (IDisposable)ModelFile.Of(_ml, _model, _input).Load(new MLContext(), out _);
        return ((ITransformer)again).GetOutputSchema(_input);
    }
}
