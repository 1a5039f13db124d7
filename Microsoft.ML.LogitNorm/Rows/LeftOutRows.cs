using Microsoft.ML.Data;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>Rows without an image that one cursor has left out: how many, and which the first ones are. See <see cref="MissingRows"/>.</summary>
/// <param name="row">The cursor, with <see cref="Columns"/> among its active ones.</param>
/// <param name="sources">The columns that are read: what is made of images.</param>
internal sealed class LeftOutRows(DataViewRow row, params DataViewSchema.Column[] sources)
{
    /// <summary>What is known of other rows, where none is left and labels are not looked at.</summary>
    public const string NoOthers = "and there are no others";

    private const int MostNamed = 3;

    private readonly ValueGetter<ReadOnlyMemory<char>>[] _getWhy =
        [.. Columns(row.Schema, sources).Where(row.IsColumnActive).Select(row.GetGetter<ReadOnlyMemory<char>>)];

    private readonly bool _toldBeside = sources.Any(source => MissingRows.ToldBeside(row.Schema, source).Any(row.IsColumnActive));

    private readonly List<(long Number, string Why)> _first = [];

    /// <summary>How many.</summary>
    public long Count { get; private set; }

    /// <summary>What a cursor reads beside its own columns, so that it can be said why images are missing; nothing where none may be.</summary>
    /// <param name="schema">The cursor's.</param>
    /// <param name="sources">Its own columns: what is made of images.</param>
    public static IEnumerable<DataViewSchema.Column> Columns(DataViewSchema schema, params IEnumerable<DataViewSchema.Column> sources)
        => sources.SelectMany(source => MissingRows.Explaining(schema, source)).DistinctBy(column => column.Index);

    /// <summary>Whether the row that the cursor stands on has no image; false where none may be missing.</summary>
    public bool Has => Why().Length > 0;

    /// <summary>Whether it has none, and what is read of it cannot say so: a transform of others has made values of nothing, such as black pixels.</summary>
    public bool IsToldBeside => _toldBeside && Has;

    /// <summary>Whether <see cref="IsToldBeside"/> may be.</summary>
    public bool MayBeToldBeside => _toldBeside;

    /// <summary>Leaves out the row that the cursor stands on.</summary>
    /// <param name="number">Its number, counted from 0.</param>
    public void Add(long number)
    {
        if (Count++ < MostNamed)
            _first.Add((number, Why()));
    }

    /// <summary>A warning of the rows that some cursors have left out; null where there are none.</summary>
    /// <param name="parts">The cursors'.</param>
    /// <param name="rows">What the rows are called.</param>
    /// <param name="consequence">What becomes of them.</param>
    public static string? Warning(IEnumerable<LeftOutRows> parts, string rows, string consequence = "they are left out")
    {
        LeftOutRows[] all = [.. parts];
        var count = all.Sum(part => part.Count);
        return count == 0 ? null : Invariant($"{count:N0} {rows} have no image that can be read; {consequence}. ") + First(all, count);
    }

    /// <summary>What to say of a set of which nothing is left; null where that is not for want of images.</summary>
    /// <param name="parts">The cursors'.</param>
    /// <param name="set">What the set is called: the beginning of a sentence.</param>
    /// <param name="others">What is known of its other rows.</param>
    public static string? NothingLeft(IEnumerable<LeftOutRows> parts, string set, string others = "and no other has a label")
    {
        LeftOutRows[] all = [.. parts];
        var count = all.Sum(part => part.Count);
        return count == 0
            ? null
            : Invariant($"{set} has no row that can be used: {count:N0} {(count == 1 ? "has" : "have")} no image that can be read, {others}. ")
                + First(all, count);
    }

    private static string First(LeftOutRows[] all, long count)
    {
        var named = all.SelectMany(part => part._first).OrderBy(first => first.Number).Take(MostNamed)
            .Select(first => Invariant($"row {first.Number} (counted from 0)") + (first.Why.Length > 0 ? $": {first.Why}" : ""));
        return $"{(count > MostNamed ? "The first are" : count == 1 ? "It is" : "They are")} {string.Join(" ", named)}";
    }

    private string Why()
    {
        var why = default(ReadOnlyMemory<char>);
        foreach (var get in _getWhy)
        {
            get(ref why);
            if (!why.IsEmpty)
                break;
        }
        return why.ToString();
    }
}
