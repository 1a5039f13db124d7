using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>Images of noise in the form of CIFAR-10: speed does not depend on what they show.</summary>
internal static class SyntheticImages
{
    public const int Side = 32, Channels = 3, Classes = 10, Values = Side * Side * Channels;

    /// <summary>A data view of so many rows, each made when it is read.</summary>
    public static IDataView View(MLContext ml, int rows) => ml.Data.LoadFromEnumerable(Rows(rows));

    /// <summary>The rows themselves.</summary>
    public static IEnumerable<Row> Rows(int count)
    {
        var random = new Random(1);
        for (var row = 0; row < count; row++)
        {
            var features = new byte[Values];
            random.NextBytes(features);
            yield return new() { Features = features, Label = (uint)(row % Classes) };
        }
    }

    /// <summary>An image and its class.</summary>
    internal sealed class Row
    {
        [VectorType(Channels, Side, Side)]
        public byte[] Features { get; set; } = [];

        [KeyType(Classes)]
        public uint Label { get; set; }
    }
}
