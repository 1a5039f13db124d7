namespace Microsoft.ML.LogitNorm;

/// <summary>Where decoded images are between epochs.</summary>
public enum ImageCache
{
    /// <summary>
    /// In memory, where they take no more than a quarter of what .NET may use of it; otherwise they are streamed. Training and validation images
    /// are looked at apart. A training on a GPU keeps them in its memory, so there they may also take no more than half of what is free of it, together;
    /// no more than 1 GB where that cannot be asked.
    /// </summary>
    Auto,

    /// <summary>In memory, or the GPU's: each is decoded once. Shuffled over all rows.</summary>
    Memory,

    /// <summary>
    /// Nowhere: each epoch reads and decodes the rows anew, on all processors while the network computes, and shuffles them through a pool of up to 256 MB,
    /// which mixes rows that are near each other. Let rows that follow each other be of several classes.
    /// </summary>
    Stream,
}
