using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Rows;

/// <summary>Rows through a map, read ahead in batches of 128 or one by one: the reader must not be able to tell the difference.</summary>
public sealed class MappedDataViewTests
{
    private const int Ahead = 128;

    private readonly MLContext _ml = new(seed: 1);

    [Test]
    public void Cursor_EveryColumnType_PassesThroughWithItsRow([Values(0, 1, 127, 128, 129, 257)] int rows, [Values(1, Ahead)] int batchSize)
    {
        var data = EveryType.View(_ml, rows);
        var mapped = TwiceMap.Append(data, batchSize);
        using var cursor = mapped.GetRowCursor(mapped.Schema);
        var readers = mapped.Schema.Select(column => ColumnValues.Reader(cursor, column)).ToArray();
        var values = mapped.Schema.Select(_ => new List<string>()).ToArray();
        while (cursor.MoveNext())
            foreach (var (reader, list) in readers.Zip(values))
                list.Add(reader());
        foreach (var column in data.Schema)
            Assert.That(values[mapped.Schema[column.Name].Index], Is.EqualTo(ColumnValues.Read(data, column.Name)), column.Name);
        Assert.That(mapped.GetColumn<float>("Twice"), Is.EqualTo(Enumerable.Range(0, rows).Select(i => 2f * i)));
    }

    [Test]
    public void Cursor_GettersAskedTwiceLateOrNever_GiveTheCurrentRow([Values(1, Ahead)] int batchSize)
    {
        var mapped = TwiceMap.Append(EveryType.View(_ml, 300), batchSize);
        using var cursor = mapped.GetRowCursor(mapped.Schema);
        var getTwice = cursor.GetGetter<float>(mapped.Schema["Twice"]);
        var getNumber = cursor.GetGetter<float>(mapped.Schema["Number"]);
        for (var row = 0; cursor.MoveNext(); row++)
        {
            var (twice, again, number) = (-1f, -1f, -1f);
            if (row % 7 != 0)
                continue;
            if (row % 2 == 0)
                getNumber(ref number);
            getTwice(ref twice);
            getTwice(ref again);
            getNumber(ref number);
            Assert.That((twice, again, number), Is.EqualTo((2f * row, 2f * row, (float)row)));
        }
    }

    [Test]
    public void Getter_NotOnARow_SaysSo([Values(1, Ahead)] int batchSize, [Values("Twice", "Id")] string what)
    {
        var mapped = TwiceMap.Append(EveryType.View(_ml, 3), batchSize);
        using var cursor = mapped.GetRowCursor(mapped.Schema);
        var (value, id) = (0f, default(DataViewRowId));
        var (getTwice, getId) = (cursor.GetGetter<float>(mapped.Schema["Twice"]), cursor.GetIdGetter());
        void Get()
        {
            if (what == "Twice")
                getTwice(ref value);
            else
                getId(ref id);
        }

        Assert.That(cursor.Position, Is.EqualTo(-1));
        Assert.That(Get, Throws.InvalidOperationException);
        while (cursor.MoveNext())
            Get();
        Assert.That(Get, Throws.InvalidOperationException);
        Assert.That(cursor.Position, Is.EqualTo(-1));
        Assert.That(cursor.MoveNext(), Is.False);
    }

    [Test]
    public void Getter_PassedThroughColumnBeforeTheFirstRow_NamesTheWayOut()
    {
        var mapped = TwiceMap.Append(EveryType.View(_ml, 3), Ahead);
        using var cursor = mapped.GetRowCursor(mapped.Schema);
        var (get, value) = (cursor.GetGetter<int>(mapped.Schema["Int32"]), 0);
        Assert.That(() => get(ref value), Throws.InvalidOperationException.With.Message.Contains("MoveNext"));
    }

    [Test]
    public void Getter_AfterDispose_Throws()
    {
        var mapped = TwiceMap.Append(EveryType.View(_ml, 300), Ahead);
        var cursor = mapped.GetRowCursor(mapped.Schema);
        var (get, value) = (cursor.GetGetter<float>(mapped.Schema["Twice"]), 0f);
        Assert.That(cursor.MoveNext(), Is.True);
        cursor.Dispose();
        Assert.That(() => get(ref value), Throws.InvalidOperationException);
        Assert.That(cursor.MoveNext(), Is.False);
    }

    [Test]
    public void GetGetter_InactiveColumnOrWrongType_NamesTheColumn([Values(1, Ahead)] int batchSize)
    {
        var mapped = TwiceMap.Append(EveryType.View(_ml, 3), batchSize);
        using var cursor = mapped.GetRowCursor([mapped.Schema["Number"], mapped.Schema["Twice"]]);
        using var without = mapped.GetRowCursor([mapped.Schema["Number"]]);
        Assert.That(cursor.IsColumnActive(mapped.Schema["Text"]), Is.False);
        Assert.That(() => without.GetGetter<float>(mapped.Schema["Twice"]), Throws.ArgumentException.With.Message.Contains("'Twice'"));
        Assert.That(() => cursor.GetGetter<double>(mapped.Schema["Twice"]), Throws.ArgumentException.With.Message.Contains("'Twice'"));
    }

    [Test]
    public void Cursor_ColumnOfTheSameNameInInput_IsHiddenAndStillPassesThrough([Values(1, Ahead)] int batchSize)
    {
        var once = TwiceMap.Append(EveryType.View(_ml, 200), batchSize);
        var mapped = TwiceMap.Append(once, batchSize, source: "Twice");   // twice the old Twice
        var hidden = mapped.Schema.Single(column => column.Name == "Twice" && column.IsHidden);
        using var cursor = mapped.GetRowCursor([hidden, mapped.Schema["Twice"]]);
        var (getOld, getNew) = (cursor.GetGetter<float>(hidden), cursor.GetGetter<float>(mapped.Schema["Twice"]));
        var (old, four) = (0f, 0f);
        for (var row = 0; cursor.MoveNext(); row++)
        {
            getNew(ref four);
            getOld(ref old);
            Assert.That((old, four), Is.EqualTo((2f * row, 4f * row)));
        }
    }

    [Test]
    public void Cursor_OutputReplacesItsOwnSource_ReadsTheOldOne([Values(1, Ahead)] int batchSize)
    {
        var mapped = TwiceMap.Append(EveryType.View(_ml, 200), batchSize, output: "Number");
        Assert.That(mapped.GetColumn<float>("Number"), Is.EqualTo(Enumerable.Range(0, 200).Select(i => 2f * i)));
    }

    [Test]
    public void Cursor_PositionIdAndBatch_AreThoseOfTheInput([Values(1, Ahead)] int batchSize, [Values] bool shuffled)
    {
        var data = EveryType.View(_ml, 300);
        var source = shuffled ? _ml.Data.ShuffleRows(data, seed: 3) : data;
        using var expected = source.GetRowCursor([]);
        using var cursor = TwiceMap.Append(source, batchSize).GetRowCursor(TwiceMap.Append(source, batchSize).Schema);
        var (getExpected, getId) = (expected.GetIdGetter(), cursor.GetIdGetter());
        var (expectedId, id) = (default(DataViewRowId), default(DataViewRowId));
        while (expected.MoveNext())
        {
            Assert.That(cursor.MoveNext(), Is.True);
            getExpected(ref expectedId);
            getId(ref id);
            Assert.That((cursor.Position, cursor.Batch, id), Is.EqualTo((expected.Position, expected.Batch, expectedId)));
        }
        Assert.That(cursor.MoveNext(), Is.False);
    }

    [Test]
    public void Cursor_ShuffledInput_KeepsRowsTogether()
    {
        var mapped = TwiceMap.Append(_ml.Data.ShuffleRows(EveryType.View(_ml, 300), seed: 3), Ahead);
        var numbers = mapped.GetColumn<float>("Number").ToArray();
        Assert.That(numbers, Is.Not.Ordered);
        Assert.That(mapped.GetColumn<float>("Twice"), Is.EqualTo(numbers.Select(number => 2 * number)));
    }

    [Test]
    public void Cursor_Shuffling_IsLeftToTheInput()
    {
        var data = _ml.Data.Cache(EveryType.View(_ml, 300));
        var mapped = TwiceMap.Append(data, Ahead);
        Assert.That(mapped.CanShuffle, Is.EqualTo(data.CanShuffle).And.True);
        using var cursor = mapped.GetRowCursor(mapped.Schema, new Random(1));
        var (getNumber, getTwice, getText) = (
            cursor.GetGetter<float>(mapped.Schema["Number"]),
            cursor.GetGetter<float>(mapped.Schema["Twice"]),
            cursor.GetGetter<ReadOnlyMemory<char>>(mapped.Schema["Text"]));
        var (number, twice, text, numbers) = (0f, 0f, default(ReadOnlyMemory<char>), new List<float>());
        while (cursor.MoveNext())
        {
            getTwice(ref twice);
            getNumber(ref number);
            getText(ref text);
            Assert.That((twice, text.ToString()), Is.EqualTo((2 * number, number % 5 == 0 ? "" : $"text {number}")));
            numbers.Add(number);
        }
        Assert.That(numbers, Is.Not.Ordered);
        Assert.That(numbers, Is.EquivalentTo(Enumerable.Range(0, 300)));
    }

    [Test]
    public void GetRowCursorSet_HoweverMany_TogetherGiveEveryRowOnce([Values(1, Ahead)] int batchSize, [Values("Twice", "Number")] string column)
    {
        var mapped = TwiceMap.Append(_ml.Data.Cache(EveryType.View(_ml, 1000)), batchSize);
        var cursors = mapped.GetRowCursorSet([mapped.Schema[column], mapped.Schema["Int32"]], 4);
        var values = new List<(float, int)>();
        foreach (var cursor in cursors)
            using (cursor)
            {
                var (get, getInt) = (cursor.GetGetter<float>(mapped.Schema[column]), cursor.GetGetter<int>(mapped.Schema["Int32"]));
                var (value, number) = (0f, 0);
                while (cursor.MoveNext())
                {
                    get(ref value);
                    getInt(ref number);
                    values.Add((value, number));
                }
            }
        Assert.That(values, Is.EquivalentTo(Enumerable.Range(0, 1000).Select(i => (column == "Twice" ? 2f * i : i, -i))));
    }

    [Test]
    public void Cursor_ManyRows_ComputesOncePerBatch()
    {
        var data = EveryType.View(_ml, 300);
        var map = new TwiceMap(data.Schema, Ahead);
        var mapped = new MappedDataView(data, map, nameof(TwiceMap));
        Assert.That(mapped.GetColumn<float>("Number").Count(), Is.EqualTo(300));
        Assert.That(map.Computations, Is.Zero);
        Assert.That(mapped.GetColumn<float>("Twice").Count(), Is.EqualTo(300));
        Assert.That(map.Computations, Is.EqualTo(3));
    }

    [Test]
    public void Cursor_UnreadableRow_ThrowsThereAndNotBefore([Values(0, 50, 128, 200)] int bad, [Values(1, Ahead)] int batchSize)
    {
        var rows = Enumerable.Range(0, 300).Select(i => new NumberRow { Number = i == bad ? float.NaN : i });
        var mapped = TwiceMap.Append(_ml.Data.LoadFromEnumerable(rows), batchSize);
        using var cursor = mapped.GetRowCursor(mapped.Schema);
        var (get, twice) = (cursor.GetGetter<float>(mapped.Schema["Twice"]), 0f);
        for (var row = 0; row < bad; row++)
        {
            Assert.That(cursor.MoveNext(), Is.True);
            get(ref twice);
            Assert.That(twice, Is.EqualTo(2f * row));
        }
        void Reach()
        {
            cursor.MoveNext();
            get(ref twice);
        }

        Assert.That(Reach, Throws.TypeOf<RowException>().With.Message.EqualTo($"Reading row {bad} (counted from 0) failed: {TwiceMap.Unreadable}"));
        if (batchSize == Ahead)   // one by one, the reader may go on behind it
            Assert.That(Reach, Throws.TypeOf<RowException>().With.Message.EqualTo($"Reading row {bad} (counted from 0) failed: {TwiceMap.Unreadable}"));
    }

    [Test]
    public void TakeRows_InFrontOfAnUnreadableRow_DoesNotMeetIt()
    {
        var rows = Enumerable.Range(0, 300).Select(i => new NumberRow { Number = i == 50 ? float.NaN : i });
        var mapped = _ml.Data.TakeRows(TwiceMap.Append(_ml.Data.LoadFromEnumerable(rows), Ahead), 40);
        Assert.That(mapped.GetColumn<float>("Twice").Count(), Is.EqualTo(40));
    }

    [Test]
    public void Cursor_MapsInAChain_EachReadItsOwnRow()
    {
        var mapped = TwiceMap.Append(TwiceMap.Append(TwiceMap.Append(EveryType.View(_ml, 300), 7), Ahead, "Twice", "Four"), 10, "Four", "Eight");
        Assert.That(mapped.GetColumn<float>("Eight"), Is.EqualTo(Enumerable.Range(0, 300).Select(i => 8f * i)));
        Assert.That(ColumnValues.Read(mapped, "Sparse"), Is.EqualTo(ColumnValues.Read(EveryType.View(_ml, 300), "Sparse")));
    }

    private sealed class NumberRow
    {
        public float Number { get; set; }
    }
}
