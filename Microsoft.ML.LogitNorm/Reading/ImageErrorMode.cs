namespace Microsoft.ML.LogitNorm;

/// <summary>What becomes of a row whose image cannot be read.</summary>
public enum ImageErrorMode
{
    /// <summary>Reading ends with an exception that names the row and the file, what is wrong and what to do.</summary>
    Throw,

    /// <summary>
    /// The row has no image, and a text column says why. Training leaves such rows out, counted and named in the log; the model passes them on with values that
    /// are missing, and a detector calls them out of distribution.
    /// </summary>
    Mark,
}
