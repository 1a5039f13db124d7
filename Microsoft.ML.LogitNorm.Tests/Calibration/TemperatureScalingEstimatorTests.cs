using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Calibration;

[TestFixture]
public sealed class TemperatureScalingEstimatorTests
{
    private readonly MLContext _ml = new(seed: 1);

    // Three of four rows right by 3 logits: the best confidence is 3/4, so 3 / T = log 3.
    private readonly Row[] _rows = [new(1, [3, 0]), new(2, [-2, 1]), new(1, [0, 3]), new(2, [0, 3])];

    [Test]
    public void Fit_CountedByHand()
    {
        var scaling = _ml.Transforms.TemperatureScaling().Fit(View(_rows));
        var scaled = scaling.Transform(View(_rows));

        Assert.That(scaling.Temperature, Is.EqualTo(3 / Math.Log(3)).Within(1e-6));
        Assert.That(Scores(scaled), Is.EqualTo(new float[][] { [0.75f, 0.25f], [0.25f, 0.75f], [0.25f, 0.75f], [0.25f, 0.75f] }).Within(1e-6));
        Assert.That(scaled.GetColumn<float[]>("Logits"), Is.EqualTo(_rows.Select(row => row.Logits)));
    }

    // A network that is sure of itself, and every fourth label is wrong.
    [Test]
    public void Transform_AfterTheModel_ChangesTheScoreAndNothingElse()
    {
        var rows = TinyImages.Rows(120, seed: 3);
        foreach (var row in rows.Where(row => row.Id % 4 == 0))
            row.Label = TinyImages.Classes[(row.Id + 1) % 3];
        var data = _ml.Data.LoadFromEnumerable(rows);
        using var model = TinyImages.Pipeline(_ml).Append(_ml.Transforms.OodScore(OodScores.MaxSoftmax())).Fit(TinyImages.View(_ml, 96));
        var before = model.Transform(data);

        var scaling = _ml.Transforms.TemperatureScaling().Fit(before);
        var after = scaling.Transform(before);

        Assert.That(after.Schema["Score"].Type, Is.EqualTo(before.Schema["Score"].Type));
        Assert.That(Annotations(after.Schema["Score"]), Is.EqualTo(Annotations(before.Schema["Score"])).And.Not.Empty);
        foreach (var column in (string[])["PredictedLabel", "Logits", "Embedding", "OodScore", "Label"])
            Assert.That(ColumnValues.Read(after, column), Is.EqualTo(ColumnValues.Read(before, column)), column);
        Assert.That(
            Scores(after),
            Is.EqualTo(
                after.GetColumn<float[]>("Logits").Select(row => Softmax.Of([.. row.Select(logit => (double)logit)], scaling.Temperature))).Within(1e-6));

        var (metrics, unscaled) = (_ml.MulticlassClassification.Evaluate(after), _ml.MulticlassClassification.Evaluate(before));
        Assert.That(metrics.MicroAccuracy, Is.EqualTo(unscaled.MicroAccuracy));
        Assert.That(metrics.LogLoss, Is.LessThan(unscaled.LogLoss));
        Assert.That(metrics.ConfusionMatrix.GetFormattedConfusionTable(), Does.Contain("red").And.Contain("blue"));
        var (calibration, uncalibrated) = (_ml.MulticlassClassification.EvaluateCalibration(after), _ml.MulticlassClassification.EvaluateCalibration(before));
        Assert.That(calibration.NegativeLogLikelihood, Is.LessThan(uncalibrated.NegativeLogLikelihood));
        Assert.That(calibration.Accuracy, Is.EqualTo(uncalibrated.Accuracy));
    }

    [Test]
    public void Predict_AfterSaveAndLoad_EqualsTheView()
    {
        using var model = TinyImages.Pipeline(_ml).Fit(TinyImages.View(_ml, 48));
        var rows = TinyImages.Rows(30, seed: 3);
        rows[0].Label = "blue";   // a wrong one, so that there is a best temperature
        var data = _ml.Data.LoadFromEnumerable(rows);
        var app = model.Append(_ml.Transforms.TemperatureScaling().Fit(model.Transform(data)));
        using var file = new MemoryStream();
        _ml.Model.Save(app, data.Schema, file);
        file.Position = 0;
        var loaded = new MLContext().Model.Load(file, out _);
        using var engine = _ml.Model.CreatePredictionEngine<TinyImages.Row, Scored>(loaded);   // owns and frees it

        Assert.That(rows.Take(5).Select(row => engine.Predict(row).Score), Is.EqualTo(Scores(app.Transform(data)).Take(5)).Within(1e-6));
    }

    [Test]
    public void Transform_NoScoreColumn_MakesOneWithTheLogitsNames()
    {
        var named = Named(["cat", "dog"], ["cat", "dog"]);

        var scaled = _ml.Transforms.TemperatureScaling().Fit(named).Transform(named);

        var names = default(VBuffer<ReadOnlyMemory<char>>);
        scaled.Schema["Score"].GetSlotNames(ref names);
        Assert.That(names.DenseValues().Select(name => name.ToString()), Is.EqualTo(new[] { "cat", "dog" }));
        Assert.That(scaled.Schema["Score"].Annotations.Schema.Select(a => a.Name), Is.EqualTo(new[] { "SlotNames" }));
    }

    [Test]
    public void Transform_OtherNames_ReadsAndWritesThem()
    {
        var data = _ml.Transforms.CopyColumns("Class", "Label")
            .Append(_ml.Transforms.CopyColumns("Raw", "Logits"))
            .Append(_ml.Transforms.DropColumns("Label", "Logits"))
            .Fit(View(_rows))
            .Transform(View(_rows));

        var scaled = _ml.Transforms.TemperatureScaling("Class", "Raw", "Probabilities").Fit(data).Transform(data);

        Assert.That(scaled.GetColumn<float[]>("Probabilities").First(), Is.EqualTo(new[] { 0.75f, 0.25f }).Within(1e-6));
    }

    [Test]
    public void Fit_RowsWithoutLabel_AreLeftOutWithAWarning()
    {
        Row[] rows = [.. _rows, new(0, [50, 0]), new(0, [float.NaN, 0]), new(3, [0, 50])];

        var (scaling, warnings) = FitAndListen(rows);

        Assert.That(scaling.Temperature, Is.EqualTo(3 / Math.Log(3)).Within(1e-6));
        Assert.That(warnings, Has.Count.EqualTo(1).And.Some.Contains("3 rows have no label"));
    }

    [Test]
    public void Fit_AllRowsRight_WarnsOfTheEnd()
    {
        var (scaling, warnings) = FitAndListen([new(1, [1, 0]), new(2, [0, 1])]);

        Assert.That(scaling.Temperature, Is.EqualTo(1e-6));
        Assert.That(warnings, Has.Count.EqualTo(1).And.Some.Contains("all rows are right"));
        Assert.That(Scores(scaling.Transform(View(_rows)))[0], Is.EqualTo(new float[] { 1, 0 }));
    }

    [Test]
    public void Transform_ExtremeLogits_AreProbabilities()
    {
        var scaling = _ml.Transforms.TemperatureScaling().Fit(View(_rows));
        var data = View([new(1, [1000, -1000]), new(1, [0, 0]), new(1, [float.MaxValue, float.MinValue]), new(1, [-1e-30f, -1000])]);

        Assert.That(Scores(scaling.Transform(data)), Is.EqualTo(new float[][] { [1, 0], [0.5f, 0.5f], [1, 0], [1, 0] }));
    }

    [TestCase(0)]
    [TestCase(2)]
    public void Fit_NoLabelledRow_IsRefused(int unlabelled)
        => Assert.That(
            () => _ml.Transforms.TemperatureScaling().Fit(View([.. Enumerable.Range(0, unlabelled).Select(_ => new Row(0, [1, 2]))])),
            Throws.InvalidOperationException.With.Message.Contains("no row with a label in column 'Label'"));

    [TestCase(float.NaN, "NaN")]
    [TestCase(float.NegativeInfinity, "-Infinity")]
    public void FitAndTransform_LogitThatIsNoNumber_NamesTheRow(float logit, string text)
    {
        var bad = View([_rows[0], _rows[1], new(1, [0, logit])]);
        var scaled = _ml.Transforms.TemperatureScaling().Fit(View(_rows)).Transform(bad);
        foreach (var read in (Action[])[() => _ml.Transforms.TemperatureScaling().Fit(bad), () => Scores(scaled)])
            Assert.That(read, Throws.TypeOf<RowException>().With.Message.Contains($"Column 'Logits' holds {text} in row 2 (counted from 0)"));
    }

    [Test]
    public void Fit_OtherNumberOfClasses_NamesBothColumns()
        => Assert.That(
            () => _ml.Transforms.TemperatureScaling().Fit(_ml.Data.LoadFromEnumerable([new ThreeClassRow()])),
            Throws.TypeOf<ArgumentOutOfRangeException>()
                .With.Message.Contains("logits column 'Logits'")
                .And.Message.Contains("each of the 3 classes of label column 'Label'")
                .And.Message.Contains("Vector<Single, 2>"));

    [Test]
    public void Transform_LogitsOfAnotherModel_NamesBothNumbersAndTheRemedy()
    {
        var scaling = _ml.Transforms.TemperatureScaling().Fit(View(_rows));
        var other = _ml.Transforms.Concatenate("Logits", "Logits", "Logits").Fit(View(_rows)).Transform(View(_rows));

        Assert.That(
            () => scaling.Transform(other),
            Throws.TypeOf<ArgumentOutOfRangeException>()
                .With.Message.Contains("expected the 2 classes that this TemperatureScaling was fitted on, got Vector<Single, 4>")
                .And.Message.Contains("fit TemperatureScaling on held-out rows"));
    }

    [Test]
    public void Fit_OldScoreOfAnotherSize_IsRefused()
    {
        var data = _ml.Transforms.Concatenate("Score", "Logits", "Logits").Fit(View(_rows)).Transform(View(_rows));

        Assert.That(
            () => _ml.Transforms.TemperatureScaling().Fit(data),
            Throws.TypeOf<ArgumentOutOfRangeException>()
                .With.Message.Contains("score column 'Score'")
                .And.Message.Contains("2 logits of column 'Logits'")
                .And.Message.Contains("Vector<Single, 4>"));
    }

    [Test]
    public void Fit_ClassesInAnotherOrder_NamesBothOrders()
        => Assert.That(
            () => _ml.Transforms.TemperatureScaling().Fit(Named(slots: ["dog", "cat"], keys: ["cat", "dog"])),
            Throws.TypeOf<ArgumentOutOfRangeException>()
                .With.Message.Contains("order of column 'Logits', dog, cat")
                .And.Message.Contains("2 classes (cat, dog)"));

    [TestCase("cat", "dog")]
    [TestCase("1", "2")]
    public void Fit_ClassesInTheSameOrderOrOfOtherNames_IsAccepted(params string[] slots)
        => Assert.That(() => _ml.Transforms.TemperatureScaling().Fit(Named(slots, keys: ["cat", "dog"])), Throws.Nothing);

    [TestCase("", "Logits", "Score", "labelColumnName")]
    [TestCase("Label", "", "Score", "logitsColumnName")]
    [TestCase("Label", "Logits", "", "scoreColumnName")]
    [TestCase("Label", "Logits", "Logits", "scoreColumnName")]
    public void TemperatureScaling_ImpossibleNames_AreRefusedAtOnce(string label, string logits, string score, string parameter)
        => Assert.That(() => _ml.Transforms.TemperatureScaling(label, logits, score), Throws.ArgumentException.With.Property("ParamName").EqualTo(parameter));

    [TestCase("\"ClassCount\":2", "\"ClassCount\":0", "0 classes")]
    [TestCase("\"Score\":\"Score\"", "\"Score\":\"\"", "scoreColumnName")]
    [TestCase("\"Temperature\":", "\"Temperature\":0,\"T\":", "T")]
    [TestCase("\"Temperature\":", "\"Temperature\":\"NaN\"}", "Scaling.json")]
    [TestCase("\"Temperature\":", "\"Temperature\":-", "a temperature of -2.7")]
    public void Load_DamagedFile_NamesThePart(string old, string replacement, string problem)
    {
        var file = ModelFile.Of(_ml, _ml.Transforms.TemperatureScaling().Fit(View(_rows)), View(_rows).Schema);

        var error = file.WithJson("Scaling.json", old, replacement).LoadError(_ml);

        Assert.That(error, Is.TypeOf<InvalidDataException>());
        Assert.That(error.Message, Does.Contain("temperature scaling in this model file is damaged").And.Contain(problem));
    }

    private (TemperatureScalingTransformer Scaling, List<string> Warnings) FitAndListen(Row[] rows)
    {
        var ml = new MLContext();
        var warnings = new List<string>();
        ml.Log += (_, e) =>
        {
            if (e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(e.RawMessage);
        };
        return (ml.Transforms.TemperatureScaling().Fit(View(rows)), warnings);
    }

    // The rows with names for the logits' slots and the label's keys.
    private IDataView Named(string[] slots, string[] keys)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        Add("Logits", "SlotNames", slots);
        Add("Label", "KeyValues", keys);
        return _ml.Data.LoadFromEnumerable(_rows, schema);

        void Add(string column, string kind, string[] names)
            => schema[column].AddAnnotation(
                kind,
                new VBuffer<ReadOnlyMemory<char>>(names.Length, [.. names.Select(name => name.AsMemory())]),
                new VectorDataViewType(TextDataViewType.Instance, names.Length));
    }

    private IDataView View(Row[] rows) => _ml.Data.LoadFromEnumerable(rows);

    private static float[][] Scores(IDataView data) => [.. data.GetColumn<float[]>("Score")];

    private static string[] Annotations(DataViewSchema.Column column)
        => [.. column.Annotations.Schema.Select(
            (annotation, i) => $"{annotation.Name} {annotation.Type}: {ColumnValues.Reader(new AnnotationRow(column.Annotations), annotation)()}")];

    /// <summary>Annotations as a row, so that they can be read as one.</summary>
    private sealed class AnnotationRow(DataViewSchema.Annotations annotations) : DataViewRow
    {
        public override DataViewSchema Schema => annotations.Schema;
        public override long Position => 0;
        public override long Batch => 0;
        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = default;
        public override bool IsColumnActive(DataViewSchema.Column column) => true;
        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => annotations.GetGetter<TValue>(column);
    }

    /// <param name="label">The class from 1, 0 for none; what ML.NET reads from an object counts from 0, and what is beyond the classes is none.</param>
    /// <param name="logits">A logit for each class.</param>
    private sealed class Row(uint label, float[] logits)
    {
        [KeyType(2)]
        public uint Label => unchecked(label - 1);

        [VectorType(2)]
        public float[] Logits => logits;
    }

    private sealed class ThreeClassRow
    {
        [KeyType(3)]
        public uint Label { get; set; } = 1;

        [VectorType(2)]
        public float[] Logits { get; set; } = [0, 1];
    }

    private sealed class Scored
    {
        public float[] Score { get; set; } = [];
    }
}
