namespace Microsoft.ML.LogitNorm;

/// <summary>An exception about one row, whose message names it. The transformers of a chain know it by this type, and do not each add the row again.</summary>
internal interface IRowError
{
    /// <summary>The row's number; null where the error turns out to be about no row.</summary>
    long? Row { get; }

    /// <summary>Whether the message has what tells the row from others, such as the path of its file.</summary>
    bool IsDescribed { get; }

    /// <summary>Adds what tells the row from others to the message; see <see cref="RowText"/>.</summary>
    void Describe(string text);
}
