using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>A row with a column of each type that ML.NET has, and a number to compute from.</summary>
internal sealed class EveryType
{
    public float Number { get; set; }

    public string? Text { get; set; }

    public bool Bool { get; set; }

    public sbyte Int8 { get; set; }

    public byte UInt8 { get; set; }

    public short Int16 { get; set; }

    public ushort UInt16 { get; set; }

    public int Int32 { get; set; }

    public uint UInt32 { get; set; }

    public long Int64 { get; set; }

    public ulong UInt64 { get; set; }

    public double Double { get; set; }

    public DateTime Time { get; set; }

    public DateTimeOffset Moment { get; set; }

    public TimeSpan Span { get; set; }

    public DataViewRowId RowId { get; set; }

    [KeyType(1000)]
    public uint Key { get; set; }

    [KeyType(100)]
    public byte SmallKey { get; set; }

    [KeyType(1000)]
    public ulong LargeKey { get; set; }

    [VectorType(3)]
    public float[] Dense { get; set; } = [];

    [VectorType(100)]
    public VBuffer<float> Sparse { get; set; }

    [VectorType]
    public byte[] Variable { get; set; } = [];

    [VectorType(2)]
    public string[] Texts { get; set; } = [];

    [KeyType(9)]
    [VectorType(2)]
    public uint[] Keys { get; set; } = [];

    public static IDataView View(MLContext ml, int count) => ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(Row));

    private static EveryType Row(int i) => new()
    {
        Number = i,
        Text = i % 5 == 0 ? null : $"text {i}",
        Bool = i % 3 == 0,
        Int8 = (sbyte)i,
        UInt8 = (byte)i,
        Int16 = (short)-i,
        UInt16 = (ushort)i,
        Int32 = -i,
        UInt32 = (uint)i,
        Int64 = long.MinValue + i,
        UInt64 = ulong.MaxValue - (ulong)i,
        Double = Math.Sqrt(i),
        Time = new DateTime(2020, 1, 1).AddHours(i),
        Moment = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.FromMinutes(i % 60)),
        Span = TimeSpan.FromSeconds(i),
        RowId = new((ulong)i, 7),
        Key = (uint)(i % 1001),
        SmallKey = (byte)(i % 101),
        LargeKey = (ulong)(i % 1001),
        Dense = [i, -i, float.NaN],
        // In turn: empty, sparse, dense.
        Sparse = (i % 3) switch
        {
            0 => new VBuffer<float>(100, 0, [], []),
            1 => new VBuffer<float>(100, 2, [i, i + 0.5f], [i % 50, 50 + (i % 50)]),
            _ => new VBuffer<float>(100, [.. Enumerable.Range(i, 100).Select(x => (float)x)]),
        },
        Variable = new byte[i % 4],
        Texts = [$"a{i}", ""],
        Keys = [(uint)(i % 10), 0],
    };
}
