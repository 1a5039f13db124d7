using Microsoft.ML.Data;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>The rows of a view in two: those to train on, and the share of each class that is kept out of it.</summary>
/// <param name="Training">Rows to train on, and those without a label, which reading leaves out.</param>
/// <param name="Validation">The others, with a label.</param>
/// <param name="HeldOut">How many they are.</param>
internal sealed record HeldOutRows(IDataView Training, IDataView Validation, int HeldOut)
{
    /// <summary>Chooses rows by class and by their ids, which are the same in every pass over a view; only the label column is read.</summary>
    /// <param name="data">All rows.</param>
    /// <param name="label">The labels' column; rows without a label are not held out.</param>
    /// <param name="fraction">The share of each class to hold out, in (0, 1), rounded: at least one row of a class of two or more, and never all of it.</param>
    /// <param name="seed">Decides which.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="InvalidOperationException">The view gives the same id to several rows.</exception>
    public static HeldOutRows Choose(IDataView data, LabelColumn label, double fraction, int seed, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(unchecked((ulong)seed), CPU);
        var heldOut = new HashSet<DataViewRowId>();
        foreach (var rows in RowsByClass(data, label, cancellationToken))
            foreach (var row in randperm(rows.Count, int64, generator: generator).data<long>().Take(Share(rows.Count, fraction)))
                heldOut.Add(rows[(int)row]);
        return new(new SelectedRows(data, id => !heldOut.Contains(id)), new SelectedRows(data, heldOut.Contains), heldOut.Count);
    }

    /// <summary>How many of a class's rows are held out.</summary>
    internal static int Share(int rows, double fraction)
        => rows < 2 ? 0 : (int)Math.Clamp(Math.Round(rows * fraction, MidpointRounding.AwayFromZero), 1, rows - 1);

    private static List<DataViewRowId>[] RowsByClass(IDataView data, LabelColumn label, CancellationToken cancellationToken)
    {
        List<DataViewRowId>[] classes = [.. Enumerable.Range(0, label.ClassCount).Select(_ => new List<DataViewRowId>())];
        var seen = new HashSet<DataViewRowId>();
        var column = data.Schema[label.Name];
        using var cursor = data.GetRowCursor([column]);
        var (getLabel, getId) = (cursor.GetGetter<uint>(column), cursor.GetIdGetter());
        var (key, id) = (0u, default(DataViewRowId));
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            getLabel(ref key);
            if (key == 0)
                continue;
            getId(ref id);
            if (!seen.Add(id))
                throw new InvalidOperationException(
                    Invariant($"ValidationFraction holds rows out by their ids, and row {cursor.Position} (counted from 0) of the training data has the id ")
                    + "of an earlier one. Use data whose rows have ids of their own, or split it yourself and give ValidationSet.");
            classes[key - 1].Add(id);
        }
        return classes;
    }
}
