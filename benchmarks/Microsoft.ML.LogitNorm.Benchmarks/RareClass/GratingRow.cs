using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Benchmarks.RareClass;

/// <summary>An image of stripes and the class that their direction is.</summary>
internal sealed class GratingRow
{
    [VectorType(3, Gratings.Side, Gratings.Side)]
    public byte[] Features { get; set; } = [];

    [KeyType(Gratings.Classes)]
    public uint Label { get; set; }
}
