using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Columns;

/// <summary>Labels of any type keep their values and their type through training, saving and loading.</summary>
public sealed class ClassValuesTests
{
    private readonly MLContext _ml = new(seed: 1);

    private static IEnumerable<TestCaseData> Labels()
    {
        yield return Case<string>("Text", "cat", "", "Ä \"quoted\" \\ \u2028");
        yield return Case("Bool", true, false);
        yield return Case("SByte", sbyte.MinValue, (sbyte)0, sbyte.MaxValue);
        yield return Case("Byte", (byte)0, byte.MaxValue);
        yield return Case("Int16", short.MinValue, (short)7);
        yield return Case("UInt16", (ushort)0, ushort.MaxValue);
        yield return Case("Int32", int.MinValue, -1, 0, int.MaxValue);
        yield return Case("UInt32", 0u, uint.MaxValue);
        yield return Case("Int64", long.MinValue, long.MaxValue);
        yield return Case("UInt64", 0ul, ulong.MaxValue);
        yield return Case("Single", 0.1f, -0f, float.MaxValue, float.Epsilon, float.PositiveInfinity, float.NegativeInfinity);
        yield return Case("Double", 0.1, Math.PI, double.MinValue, double.Epsilon, double.PositiveInfinity);
        yield return Case("DateTime", new DateTime(2020, 2, 29, 1, 2, 3), DateTime.MaxValue);
        yield return Case(
            "DateTimeOffset", new DateTimeOffset(2020, 2, 29, 1, 2, 3, TimeSpan.FromMinutes(-90)), new DateTimeOffset(1, 1, 2, 0, 0, 0, TimeSpan.Zero));
        yield return Case("TimeSpan", TimeSpan.FromTicks(1), TimeSpan.MinValue);

        static TestCaseData Case<T>(string name, params T[] values)
            => new TestCaseData(new Func<MLContext, IDataView>(ml => View(ml, values))).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Labels))]
    public void SaveAndLoad_LabelOfAnyType_KeepsValuesAndType(Func<MLContext, IDataView> labels)
    {
        var data = labels(_ml);
        var keyed = _ml.Transforms.Conversion.MapValueToKey("Key", "Label").Fit(data).Transform(data);
        var before = ClassValues.Read(keyed.Schema["Key"])!;
        using var model = UntrainedModel.Create(_ml, classes: before);
        using var loaded = (IDisposable)ModelFile.Of(_ml, model, TinyImages.View(_ml, 1).Schema).Load(new MLContext(), out _);
        var schema = ((ITransformer)loaded).GetOutputSchema(TinyImages.View(_ml, 1).Schema);
        var expected = Annotation(keyed.Schema["Key"], "KeyValues");
        Assert.That(Annotation(schema["PredictedLabel"], "KeyValues"), Is.EqualTo(expected));
        Assert.That(Annotation(schema["Score"], "TrainingLabelValues"), Is.EqualTo(expected));
        Assert.That(schema["Score"].HasSlotNames(), Is.True);
    }

    [Test]
    public void MapKeyToValue_AfterLoad_GivesTheLabelsType()
    {
        var labels = View(_ml, [30, 10, 20]);
        var keyed = _ml.Transforms.Conversion.MapValueToKey("Key", "Label").Fit(labels).Transform(labels);
        using var model = UntrainedModel.Create(_ml, classes: ClassValues.Read(keyed.Schema["Key"])!);
        var images = TinyImages.View(_ml, 40);
        using var loaded = (IDisposable)ModelFile.Of(_ml, model, images.Schema).Load(_ml, out _);
        var predicted = ((ITransformer)loaded).Transform(images);
        var mapped = _ml.Transforms.Conversion.MapKeyToValue("Value", "PredictedLabel").Fit(predicted).Transform(predicted);
        int[] values = [30, 10, 20];
        Assert.That(mapped.Schema["Value"].Type, Is.EqualTo(NumberDataViewType.Int32));
        Assert.That(mapped.GetColumn<int>("Value"), Is.EqualTo(mapped.GetColumn<uint>("PredictedLabel").Select(key => values[key - 1])));
    }

    [Test]
    public void Read_LabelWithoutKeyValues_IsNull()
    {
        var view = _ml.Data.LoadFromEnumerable([new KeyRow { Key = 1 }]);
        Assert.That(ClassValues.Read(view.Schema["Key"]), Is.Null);
    }

    private static IDataView View<T>(MLContext ml, T[] values)
    {
        var schema = SchemaDefinition.Create(typeof(LabelRow<T>));
        return ml.Data.LoadFromEnumerable(values.Select(value => new LabelRow<T> { Label = value }), schema);
    }

    private static (string Type, string Values) Annotation(DataViewSchema.Column column, string kind)
    {
        var row = column.Annotations;
        var type = row.Schema[kind].Type;
        return (type.ToString()!, (string)typeof(ClassValuesTests)
            .GetMethod(nameof(Values), System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!
            .MakeGenericMethod(((VectorDataViewType)type).ItemType.RawType).Invoke(null, [row, kind])!);
    }

    private static string Values<T>(DataViewSchema.Annotations annotations, string kind)
    {
        var values = default(VBuffer<T>);
        annotations.GetValue(kind, ref values);
        return string.Join("|", values.DenseValues().Select(value => value switch
        {
            float number => BitConverter.SingleToInt32Bits(number).ToString("x8"),
            DateTime time => $"{time.Ticks}",
            DateTimeOffset time => $"{time.Ticks} {time.Offset}",
            _ => value!.ToString(),
        }));
    }

    private sealed class LabelRow<T>
    {
        public T Label { get; set; } = default!;
    }

    private sealed class KeyRow
    {
        [KeyType(3)]
        public uint Key { get; set; }
    }
}
