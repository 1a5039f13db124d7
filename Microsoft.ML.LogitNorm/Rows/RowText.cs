using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>What tells a row from others for people, such as the path of its image: its text columns. Looked at when a row has failed, not before.</summary>
internal static class RowText
{
    private const int MostColumns = 4;
    private const int MostCharacters = 200;

    /// <summary>Describes the row that a cursor or a single row stands on.</summary>
    /// <param name="error">The row's error.</param>
    /// <param name="row">The row.</param>
    /// <param name="view">Where its other columns can be read; null where there are none.</param>
    public static void AddTo(Exception error, DataViewRow row, IDataView? view)
    {
        var id = default(DataViewRowId);
        row.GetIdGetter()(ref id);
        Describe(error, () => Of(row));
        AddTo(error, id, view);
    }

    /// <summary>Describes a row that has been passed.</summary>
    public static void AddTo(Exception error, DataViewRowId id, IDataView? view)
    {
        if (view is not null)
            Describe(error, () => Of(view, id));
    }

    /// <summary>Describes a row that is counted among those with a label.</summary>
    /// <param name="error">The row's error.</param>
    /// <param name="view">The rows.</param>
    /// <param name="source">What is read of them; those from which it is missing are not counted.</param>
    /// <param name="label">Their label.</param>
    /// <param name="number">The row's number among those with a label.</param>
    public static void AddToLabelled(Exception error, IDataView view, DataViewSchema.Column source, DataViewSchema.Column label, long number)
        => Describe(error, () => OfLabelled(view, source, label, number));

    /// <summary>Describes a row that is counted among all of a view.</summary>
    /// <param name="error">The row's error.</param>
    /// <param name="view">The rows.</param>
    /// <param name="source">What is read of them; those from which it is missing are not counted.</param>
    /// <param name="number">The row's number.</param>
    public static void AddToNumbered(Exception error, IDataView view, DataViewSchema.Column source, long number)
        => Describe(error, () => OfNumbered(view, source, number));

    /// <summary>
    /// The error of a row behind one that ML.NET made of it: where several threads read ahead, ML.NET does not say which row it was. The rows are then read
    /// once more, one by one, until one fails in the same way. No column is asked for of the rows before <paramref name="from"/>, which costs little.
    /// </summary>
    /// <param name="error">What reading the rows threw.</param>
    /// <param name="view">The rows, read in their own order.</param>
    /// <param name="columns">What to read of them.</param>
    /// <param name="from">The first that may have failed.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <returns>The row's error, described; <paramref name="error"/> itself where no row is found for it, whatever the reason.</returns>
    public static Exception Explained(
        Exception error, IDataView view, IEnumerable<DataViewSchema.Column> columns, long from, CancellationToken cancellationToken = default)
    {
        if (RowError.Find(error) is { } found)
            return found;
        if (!RowError.IsOfARow(error))
            return error;
        try
        {
            return FirstUnreadable(error.GetBaseException().GetType(), view, columns, from, cancellationToken) ?? error;
        }
        catch (Exception)
        {
            return error;   // a source that fails may fail again, and looking may be cancelled: neither takes the place of what happened
        }
    }

    private static Exception? FirstUnreadable(
        Type cause, IDataView view, IEnumerable<DataViewSchema.Column> columns, long from, CancellationToken cancellationToken)
    {
        DataViewSchema.Column[] read = [.. columns];
        using var cursor = view.GetRowCursorSet(
            [.. read, .. TextColumns(view.Schema).ExceptBy(read.Select(column => column.Index), column => column.Index)], 1)[0];
        PassThroughColumn[] values = [.. read.Select(column => PassThroughColumn.Create(cursor, column, 1, () => 0))];
        for (long row = 0; cursor.MoveNext(); row++)
        {
            if (row < from)
                continue;
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                foreach (var value in values)
                    value.Store(0);
            }
            catch (Exception e) when (e.GetBaseException().GetType() == cause)
            {
                var error = RowError.Wrap(row, e);
                AddTo(error, cursor, view);
                return error;
            }
        }
        return null;
    }

    private static string Of(IDataView view, DataViewRowId id)
    {
        DataViewSchema.Column[] columns = [.. TextColumns(view.Schema)];
        if (columns.Length == 0)
            return "";
        using var cursor = view.GetRowCursor(columns);
        var getId = cursor.GetIdGetter();
        var other = default(DataViewRowId);
        while (cursor.MoveNext())
        {
            getId(ref other);
            if (other.Equals(id))
                return Of(cursor);
        }
        return "";
    }

    private static string OfLabelled(IDataView view, DataViewSchema.Column source, DataViewSchema.Column label, long number)
    {
        using var cursor = view.GetRowCursor([.. TextColumns(view.Schema), label, .. LeftOutRows.Columns(view.Schema, source)]);
        var getLabel = cursor.GetGetter<uint>(label);
        uint key = 0;
        return OfCounted(cursor, source, number, () =>
        {
            getLabel(ref key);
            return key > 0;
        });
    }

    private static string OfNumbered(IDataView view, DataViewSchema.Column source, long number)
    {
        using var cursor = view.GetRowCursor([.. TextColumns(view.Schema), .. LeftOutRows.Columns(view.Schema, source)]);
        return OfCounted(cursor, source, number, () => true);
    }

    // Rows without an image were left out, and so are not counted.
    private static string OfCounted(DataViewRowCursor cursor, DataViewSchema.Column source, long number, Func<bool> counts)
    {
        var leftOut = new LeftOutRows(cursor, source);
        while (cursor.MoveNext())
            if (counts() && !leftOut.Has && number-- == 0)
                return Of(cursor);
        return "";
    }

    private static string Of(DataViewRow row)
    {
        string[] texts = [.. TextColumns(row.Schema).Where(row.IsColumnActive).Select(column => (column.Name, Text: Read(row, column)))
            .Where(column => column.Text.Length > 0).Take(MostColumns)
            .Select(column => $"{column.Name} '{(column.Text.Length <= MostCharacters ? column.Text : column.Text[..MostCharacters] + "…")}'")];
        return texts.Length == 0 ? "" : $" The row has {string.Join(", ", texts)}.";
    }

    // Not the column that says why images are missing: to read it is to decode all images once more.
    private static IEnumerable<DataViewSchema.Column> TextColumns(DataViewSchema schema)
        => schema.Where(column => column is { Type: TextDataViewType, IsHidden: false } && !MissingRows.AreExplainedIn(column));

    private static string Read(DataViewRow row, DataViewSchema.Column column)
    {
        var text = default(ReadOnlyMemory<char>);
        row.GetGetter<ReadOnlyMemory<char>>(column)(ref text);
        return text.ToString();
    }

    // It only adds to an error that is under way, whose place no other one may take: text columns are columns of the user's, and can fail as well.
    private static void Describe(Exception error, Func<string> text)
    {
        if (error is not IRowError { IsDescribed: false } row)
            return;
        try
        {
            row.Describe(text());
        }
        catch (Exception)
        {
            // Then the message has the row's number alone.
        }
    }
}
