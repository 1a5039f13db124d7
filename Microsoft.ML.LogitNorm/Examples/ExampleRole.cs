namespace Microsoft.ML.LogitNorm;

/// <summary>What labelled rows are read for, as messages speak of them.</summary>
/// <param name="Purpose">What they are for, such as "training".</param>
/// <param name="Set">What their set is called: the beginning of a sentence.</param>
/// <param name="Remedy">What to do where there are none.</param>
internal sealed record ExampleRole(string Purpose, string Set, string Remedy)
{
    /// <summary>What the rows are called.</summary>
    public string Rows => $"{Purpose} rows";

    /// <summary>What to say where none is left: that their images cannot be read, that they have no label, or that there are none.</summary>
    /// <param name="data">The set.</param>
    /// <param name="label">Their label.</param>
    /// <param name="leftOut">Those that were left out as they have no image.</param>
    public InvalidOperationException None(IDataView data, LabelColumn label, IEnumerable<LeftOutRows> leftOut)
        => LeftOutRows.NothingLeft(leftOut, Set) is { } unreadable ? new(unreadable) : label.NoneIn(data, Set, Remedy);
}
