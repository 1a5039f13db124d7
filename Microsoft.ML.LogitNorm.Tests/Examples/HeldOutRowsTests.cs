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
        Assert.That(Ids(Choose(rows, 0.1, 1).Validation), Is.EqualTo(Ids(Choose(rows, 0.1, 1).Validation)));
        Assert.That(Ids(Choose(rows, 0.1, 1).Validation), Is.Not.EqualTo(Ids(Choose(rows, 0.1, 2).Validation)));
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
