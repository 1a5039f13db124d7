namespace Microsoft.ML.LogitNorm;

/// <summary>Looks up a column that has to be there; whether its type fits is the caller's to say.</summary>
internal static class RequiredColumn
{
    /// <exception cref="ArgumentOutOfRangeException">There is no such column.</exception>
    public static SchemaShape.Column Find(SchemaShape schema, string role, string name, string remedy)
        => schema.FirstOrDefault(c => c.Name == name) is { Name: not null } column
            ? column
            : throw ColumnError.Missing(role, name, schema.Select(c => c.Name), remedy);

    /// <exception cref="ArgumentOutOfRangeException">There is no such column.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string role, string name, string remedy)
        => schema.GetColumnOrNull(name) ?? throw ColumnError.Missing(role, name, schema.Where(c => !c.IsHidden).Select(c => c.Name), remedy);
}
