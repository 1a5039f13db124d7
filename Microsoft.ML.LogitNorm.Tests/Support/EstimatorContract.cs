using System.Reflection;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>What ML.NET expects of every estimator and its transformer, checked in one call.</summary>
internal static class EstimatorContract
{
    /// <summary>
    /// Checks that the schema promised is the schema delivered, that input columns pass through, that rows are the same after saving and loading, whichever
    /// columns are read, and that each unfit input is refused before data is read.
    /// </summary>
    /// <param name="ml">The context.</param>
    /// <param name="estimator">The estimator to check.</param>
    /// <param name="data">Rows that it can be fitted on.</param>
    /// <param name="unfit">Data whose schema it must refuse.</param>
    public static void Check<TTransformer>(MLContext ml, IEstimator<TTransformer> estimator, IDataView data, params IDataView[] unfit)
        where TTransformer : class, ITransformer
    {
        CheckUnfit(estimator, unfit);
        var promised = estimator.GetOutputSchema(Shapes.Of(data.Schema));
        var transformer = estimator.Fit(data);
        var output = transformer.Transform(data);

        CheckPromise(promised, Shapes.Of(output.Schema));
        CheckSameSchema(transformer.GetOutputSchema(data.Schema), output.Schema);
        Assert.That(transformer.IsRowToRowMapper, Is.True);
        CheckSameSchema(transformer.GetRowToRowMapper(data.Schema).OutputSchema, output.Schema);
        var rows = CheckPassThrough(data, output);
        CheckLazy(output, rows);
        CheckEmpty(ml, transformer, data);
        CheckSaveAndLoad(ml, transformer, data, output.Schema, rows);
        (transformer as IDisposable)?.Dispose();
    }

    private static void CheckUnfit<TTransformer>(IEstimator<TTransformer> estimator, IDataView[] unfit)
        where TTransformer : class, ITransformer
    {
        foreach (var bad in unfit)
        {
            var before = Assert.Throws<ArgumentOutOfRangeException>(
                () => estimator.GetOutputSchema(Shapes.Of(bad.Schema)), $"GetOutputSchema accepts {bad.Schema}")!;
            var fit = Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Fit(new Unreadable(bad)), $"Fit accepts {bad.Schema}")!;
            Assert.That(before.Message, Does.StartWith("Schema mismatch for ").Or.StartWith("Could not find "));
            Assert.That(fit.Message[..20], Is.EqualTo(before.Message[..20]));
        }
    }

    private static void CheckPromise(SchemaShape promised, SchemaShape delivered)
    {
        Assert.That(promised.Select(column => column.Name), Is.Unique);
        Assert.That(promised.Select(column => column.Name), Is.EquivalentTo(delivered.Select(column => column.Name)));
        foreach (var column in delivered)
        {
            var promise = promised.Single(p => p.Name == column.Name);
            CheckShape(promise, column, column.Name);
            Assert.That(column.Annotations.Select(a => a.Name), Is.EquivalentTo(promise.Annotations.Select(a => a.Name)), $"annotations of {column.Name}");
            foreach (var annotation in column.Annotations)
                CheckShape(promise.Annotations.Single(p => p.Name == annotation.Name), annotation, $"{column.Name}, annotation {annotation.Name}");
        }
    }

    private static void CheckShape(SchemaShape.Column promise, SchemaShape.Column delivered, string name)
        => Assert.That(
            (delivered.Kind, delivered.IsKey, delivered.ItemType.ToString()),
            Is.EqualTo((promise.Kind, promise.IsKey, promise.ItemType.ToString())), name);

    private static void CheckSameSchema(DataViewSchema found, DataViewSchema expected)
        => Assert.That(found.Select(Describe), Is.EqualTo(expected.Select(Describe)));

    private static string Describe(DataViewSchema.Column column)
        => $"{column.Name}: {column.Type} hidden {column.IsHidden} [{string.Join(", ", column.Annotations.Schema.Select(a => $"{a.Name}: {a.Type}"))}]";

    // ML.NET puts a new column at the end, or right behind the one of the same name that it hides.
    private static object?[][] CheckPassThrough(IDataView data, IDataView output)
    {
        DataViewSchema.Column[] kept = [.. output.Schema.Where(column => column.IsHidden || Named(output, column.Name) == Named(data, column.Name))];
        Assert.That(kept.Select(column => column.Name), Is.EqualTo(data.Schema.Select(column => column.Name)));
        foreach (var (column, before) in kept.Zip(data.Schema).Where(pair => pair.First.IsHidden == pair.Second.IsHidden))
            Assert.That(Describe(column), Is.EqualTo(Describe(before)));
        var (rows, after) = (Read(data, data.Schema), Read(output, output.Schema));
        Assert.That(after.Select(row => kept.Select(column => row[column.Index])), Is.EqualTo(rows));
        return after;

        static int Named(IDataView view, string name) => view.Schema.Count(column => column.Name == name);
    }

    // Columns read alone hold what they hold when all are read: nothing depends on a neighbour being active.
    private static void CheckLazy(IDataView output, object?[][] rows)
    {
        foreach (var column in output.Schema)
            Assert.That(Read(output, [column]).Select(row => row[0]), Is.EqualTo(rows.Select(row => row[column.Index])), $"{column.Name} alone");
    }

    private static void CheckEmpty(MLContext ml, ITransformer transformer, IDataView data)
    {
        var none = transformer.Transform(ml.Data.SkipRows(data, int.MaxValue));
        Assert.That(Read(none, none.Schema), Is.Empty);
    }

    private static void CheckSaveAndLoad(MLContext ml, ITransformer transformer, IDataView data, DataViewSchema schema, object?[][] rows)
    {
        using var file = new MemoryStream();
        ml.Model.Save(transformer, data.Schema, file);
        file.Position = 0;
        var loaded = new MLContext().Model.Load(file, out var inputSchema);
        using var owner = loaded as IDisposable;
        var savable = data.Schema.Where(column => column.Type is not ImageDataViewType);   // ML.NET leaves images out of the schema that it saves
        Assert.That(inputSchema.Select(column => (column.Name, column.Type)), Is.EqualTo(savable.Select(column => (column.Name, column.Type))));
        var output = loaded.Transform(data);
        CheckSameSchema(output.Schema, schema);
        Assert.That(Read(output, output.Schema), Is.EqualTo(rows), "rows after loading");
    }

    private static object?[][] Read(IDataView data, IEnumerable<DataViewSchema.Column> columns)
    {
        using var cursor = data.GetRowCursor(columns);
        Func<object?>[] getters = [.. columns.Select(column => (Func<object?>)Generic(nameof(Getter), column.Type.RawType).Invoke(null, [cursor, column])!)];
        var rows = new List<object?[]>();
        while (cursor.MoveNext())
            rows.Add([.. getters.Select(get => get())]);
        return [.. rows];
    }

    private static Func<object?> Getter<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var get = row.GetGetter<T>(column);
        var value = default(T)!;
        return () =>
        {
            get(ref value);
            return value switch
            {
                ReadOnlyMemory<char> text => text.ToString(),
                MLImage image => image.Pixels.ToArray(),
                _ when column.Type is VectorDataViewType vector => Generic(nameof(Dense), vector.ItemType.RawType).Invoke(null, [value]),
                _ => value,
            };
        };
    }

    private static T[] Dense<T>(VBuffer<T> values) => [.. values.DenseValues()];

    private static MethodInfo Generic(string name, Type type)
        => typeof(EstimatorContract).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type);

    /// <summary>A schema without rows to read.</summary>
    private sealed class Unreadable(IDataView source) : IDataView
    {
        public DataViewSchema Schema => source.Schema;
        public bool CanShuffle => source.CanShuffle;
        public long? GetRowCount() => source.GetRowCount();

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
            => throw new AssertionException("Data is read before the schema is checked.");

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
            => throw new AssertionException("Data is read before the schema is checked.");
    }
}
