namespace Microsoft.ML.LogitNorm.Benchmarks.Photos;

/// <summary>A photo as a web application gets it.</summary>
internal sealed class Upload
{
    /// <summary>The bytes of the file.</summary>
    public byte[] Photo { get; set; } = [];

    /// <summary>The class, which is not known.</summary>
    public string Label { get; set; } = "";
}
