using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>Rows of which the class is known, with a number for each class: what calibration is measured and fitted on.</summary>
/// <param name="Label">The classes' column, a key.</param>
/// <param name="Vectors">The numbers' column, a vector of float with a value for each class.</param>
internal sealed record LabelledVectors(DataViewSchema.Column Label, DataViewSchema.Column Vectors)
{
    private const string Remedy = "Both must be of the same classes in the same order: take the label column that the model's own MapValueToKey made.";

    /// <summary>What is done with a row.</summary>
    /// <param name="values">A value for each class; overwritten by the next row's.</param>
    /// <param name="label">The row's class, counted from 0.</param>
    /// <param name="row">The row's number, for messages.</param>
    public delegate void Visitor(ReadOnlySpan<double> values, int label, long row);

    /// <summary>Finds the columns.</summary>
    /// <param name="schema">The columns of the data.</param>
    /// <param name="labelColumnName">The classes' column.</param>
    /// <param name="role">What the numbers are, such as "logits".</param>
    /// <param name="columnName">The numbers' column.</param>
    /// <param name="remedy">What to do if there is no such column.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type, or the two are not of the same classes.</exception>
    public static LabelledVectors Find(DataViewSchema schema, string labelColumnName, string role, string columnName, string remedy)
    {
        var label = LabelColumn.Find(schema, labelColumnName);
        var vectors = VectorColumn.Find(schema, role, columnName, remedy);
        if (VectorColumn.SizeOf(vectors) != label.ClassCount)
            throw ColumnError.Mismatch(
                role, columnName, $"a value for each of the {label.ClassCount} classes of label column '{labelColumnName}'", vectors.Type.ToString()!, Remedy);
        CheckOrder(label, vectors);
        return new(schema[labelColumnName], vectors);
    }

    /// <summary>Goes through the rows that have a label.</summary>
    /// <returns>How many rows were left out, as their class is not known, and those that have no image.</returns>
    public (long Unlabelled, LeftOutRows LeftOut) Visit(IDataView data, Visitor visit)
    {
        using var cursor = data.GetRowCursor([Label, Vectors, .. LeftOutRows.Columns(data.Schema, Vectors)]);
        var (mayBeMissing, leftOut) = (MissingRows.MayBeIn(Vectors), new LeftOutRows(cursor, Vectors));
        var getLabel = cursor.GetGetter<uint>(Label);
        var getValues = cursor.GetGetter<VBuffer<float>>(Vectors);
        var values = new double[VectorColumn.SizeOf(Vectors)];
        var (label, buffer, unlabelled) = (0u, default(VBuffer<float>), 0L);
        while (cursor.MoveNext())
        {
            getLabel(ref label);
            if (label == 0)
            {
                unlabelled++;
                continue;
            }
            getValues(ref buffer);
            if (leftOut.IsToldBeside || (mayBeMissing && buffer.IsDense && MissingRows.IsMissing(buffer.GetValues())))
            {
                leftOut.Add(cursor.Position);
                continue;
            }
            Array.Clear(values);
            foreach (var (slot, value) in buffer.Items())
                values[slot] = value;
            visit(values, (int)label - 1, cursor.Position);
        }
        return (unlabelled, leftOut);
    }

    // Keys that were made anew from the evaluated rows count the classes in another order, and every figure would be wrong without a sign of it.
    private static void CheckOrder(LabelColumn label, DataViewSchema.Column vectors)
    {
        if (label.Classes is null || !vectors.HasSlotNames())
            return;
        var slots = default(VBuffer<ReadOnlyMemory<char>>);
        vectors.GetSlotNames(ref slots);
        string[] names = [.. slots.DenseValues().Select(name => name.ToString())];
        string[] keys = [.. Enumerable.Range(0, label.ClassCount).Select(label.NameOf)];
        if (!keys.SequenceEqual(names) && keys.ToHashSet().SetEquals(names))
            throw ColumnError.Mismatch(
                "label", label.Name, $"the classes in the order of column '{vectors.Name}', {string.Join(", ", names.Take(10))}", label.ClassesText, Remedy);
    }
}
