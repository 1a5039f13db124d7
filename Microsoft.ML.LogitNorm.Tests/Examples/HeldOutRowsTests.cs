using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Examples;

/// <summary>Which rows are kept out of a training.</summary>
public sealed class HeldOutRowsTests
{
    private readonly MLContext _ml = new();

    [TestCase(0, 0.5, 0)]
    [TestCase(1, 0.9, 0, Description = "its only row is trained on")]
    [TestCase(2, 0.1, 1, Description = "never none")]
    [TestCase(2, 0.99, 1, Description = "never all")]
    [TestCase(10, 0.2, 2)]
    [TestCase(10, 0.25, 3, Description = "rounded")]
    [TestCase(200, 0.1, 20)]
    public void Share_RowsOfAClass_AreRounded(int rows, double fraction, int expected)
        => Assert.That(HeldOutRows.Share(rows, fraction), Is.EqualTo(expected));

    [TestCase(1)]
    [TestCase(2)]
    public void Choose_Rows_AreInOnePartAndInOrder(int seed)
    {
        var (training, validation, heldOut) = Choose(Rows(90, 30, 4, 1), 0.2, seed);
        var (left, kept) = (Ids(training), Ids(validation));
        Assert.That(kept, Has.Count.EqualTo(18 + 6 + 1).And.Count.EqualTo(heldOut));
        Assert.That(left.Concat(kept).Order(), Is.EqualTo(Enumerable.Range(0, 125)));
        Assert.That(left, Is.Ordered);
        Assert.That(kept, Is.Ordered);
        Assert.That(Labels(validation).CountBy(label => label).OrderBy(entry => entry.Key).Select(entry => entry.Value), Is.EqualTo(new[] { 18, 6, 1 }));
    }

    [Test]
    public void Choose_Seed_DecidesWhich()
    {
        var rows = Rows(100, 100);
        var first = Ids(Choose(rows, 0.1, 1).Validation);
        Assert.That(Ids(Choose(rows, 0.1, 1).Validation), Is.EqualTo(first));
        Assert.That(Ids(Choose(rows, 0.1, 2).Validation), Is.Not.EqualTo(first));
    }

    [Test]
    public void Choose_RowsWithoutALabel_AreNotHeldOut()
    {
        var rows = Rows(20, 20).Select(row => new Row { Id = row.Id, Label = row.Id % 2 == 0 ? row.Label : "" }).ToArray();
        Assert.That(Labels(Choose(rows, 0.5, 1).Validation), Has.None.EqualTo(0u).And.Exactly(10).Items);
    }

    [Test]
    public void Choose_SeveralCursors_ShareOutTheSameRows()
    {
        var validation = Choose(Rows(3000, 3000), 0.3, 1).Validation;
        var found = new List<int>();
        foreach (var cursor in validation.GetRowCursorSet([validation.Schema["Id"]], 4))
            using (cursor)
            {
                var get = cursor.GetGetter<int>(validation.Schema["Id"]);
                for (var id = 0; cursor.MoveNext(); found.Add(id))
                    get(ref id);
            }
        Assert.That(found, Is.EquivalentTo(Ids(validation)));
    }

    private static readonly (string Name, Func<MLContext, IDataView, IDataView> Make)[] _views =
    [
        ("cached", (ml, view) => ml.Data.Cache(view)),
        ("shuffled", (ml, view) => ml.Data.ShuffleRows(view, seed: 3)),
        ("filtered", (ml, view) => ml.Data.FilterRowsByColumn(view, "Number", lowerBound: 500)),
        ("without the first", (ml, view) => ml.Data.SkipRows(view, 100)),
        ("mapped", (ml, view) => ml.Transforms.CopyColumns("Copy", "Id").Fit(view).Transform(view)),
        ("from a file", FromFile),
        ("from a file, shuffled", (ml, view) => ml.Data.ShuffleRows(FromFile(ml, view), seed: 3)),
    ];

    // What ids are for (IDataView's documentation): the same row has the same one in every pass, of one cursor or several.
    [Test]
    public void Choose_ViewsOfMlNet_HaveTheSameRowsInEveryPass([Range(0, 6)] int number)
    {
        var source = Rows(2000, 1000);
        foreach (var row in source)
            row.Number = row.Id;
        var data = _views[number].Make(_ml, Keyed(source));
        var (training, validation, heldOut) = HeldOutRows.Choose(data, LabelColumn.Find(data.Schema, "Label"), 0.3, 1, default);
        var kept = Ids(validation);
        Assert.That(kept, Has.Count.EqualTo(heldOut), _views[number].Name);
        Assert.That(Ids(validation), Is.EquivalentTo(kept));
        Assert.That(kept.Concat(Ids(training)), Is.EquivalentTo(Ids(data)));
        var several = training.GetRowCursorSet([training.Schema["Id"]], 4).SelectMany(cursor =>
        {
            using (cursor)
            {
                var ids = new List<int>();
                var get = cursor.GetGetter<int>(training.Schema["Id"]);
                for (var id = 0; cursor.MoveNext(); ids.Add(id))
                    get(ref id);
                return ids;
            }
        }).ToList();
        Assert.That(several, Is.EquivalentTo(Ids(training)));
    }

    private static IDataView FromFile(MLContext ml, IDataView view)
    {
        var file = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{nameof(HeldOutRowsTests)}.tsv");
        using (var stream = File.Create(file))
            ml.Data.SaveAsText(view, stream, headerRow: false, schema: false);
        var text = ml.Data.LoadFromTextFile(
            file, [new("Id", DataKind.Int32, 0), new("Label", DataKind.UInt32, [new(1)], new KeyCount(2)), new("Number", DataKind.Single, 2)]);
        return text;
    }

    [Test]
    public void Choose_RowsOfTheSameId_AreRefused()
    {
        var data = Keyed(Rows(5, 5));
        Assert.That(
            () => HeldOutRows.Choose(new OneId(data), LabelColumn.Find(data.Schema, "Label"), 0.2, 1, default),
            Throws.InvalidOperationException.With.Message.Contains("row 1 (counted from 0) of the training data has the id of an earlier one")
                .And.Message.Contains("give ValidationSet"));
    }

    private HeldOutRows Choose(IEnumerable<Row> rows, double fraction, int seed)
    {
        var data = Keyed(rows);
        return HeldOutRows.Choose(data, LabelColumn.Find(data.Schema, "Label"), fraction, seed, default);
    }

    private IDataView Keyed(IEnumerable<Row> rows)
    {
        var map = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(_ml.Data.LoadFromEnumerable(rows.Where(row => row.Label != "")));
        return map.Transform(_ml.Data.LoadFromEnumerable(rows));
    }

    private static List<Row> Rows(params int[] counts)
        => [.. counts.Index().SelectMany(entry => Enumerable.Repeat($"class {entry.Index}", entry.Item)).Select((label, i) => new Row { Id = i, Label = label })];

    private static List<int> Ids(IDataView view) => [.. view.GetColumn<int>("Id")];

    private static List<uint> Labels(IDataView view) => [.. view.GetColumn<uint>("Label")];

    private sealed class Row
    {
        public int Id { get; set; }

        public string Label { get; set; } = "";

        public float Number { get; set; }
    }

    private sealed class OneId(IDataView source) : IDataView
    {
        public DataViewSchema Schema => source.Schema;

        public bool CanShuffle => false;

        public long? GetRowCount() => null;

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
            => new Cursor(source.GetRowCursor(columnsNeeded));

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
            => [GetRowCursor(columnsNeeded)];

        private sealed class Cursor(DataViewRowCursor source) : DataViewRowCursor
        {
            public override long Position => source.Position;

            public override long Batch => source.Batch;

            public override DataViewSchema Schema => source.Schema;

            public override bool IsColumnActive(DataViewSchema.Column column) => source.IsColumnActive(column);

            public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => source.GetGetter<TValue>(column);

            public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = default;

            public override bool MoveNext() => source.MoveNext();

            protected override void Dispose(bool disposing)
            {
                source.Dispose();
                base.Dispose(disposing);
            }
        }
    }
}
