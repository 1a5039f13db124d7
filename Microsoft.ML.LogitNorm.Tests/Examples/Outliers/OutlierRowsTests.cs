using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Examples.Outliers;

[TestFixture]
public sealed class OutlierRowsTests
{
    private static readonly ImageInput _input = new("Image", new(1, 2, 2), PixelKind.VectorOfByte, Interleaved: false);

    private readonly MLContext _ml = new(seed: 1);

    [Test]
    public void Read_WhatFits_IsAllOfItInOrder()
    {
        using var outliers = Read(250, mostRows: 250);
        Assert.That(Firsts(outliers), Is.EqualTo(Enumerable.Range(0, 250).Select(i => (byte)i)));
        Assert.That(outliers.Numbers, Is.Null);
        Assert.That(outliers.ToString(), Is.EqualTo("250 outliers"));
    }

    [Test]
    public void Read_WhatDoesNotFit_IsARandomPartThatIsTheSameEachTime()
    {
        using var outliers = Read(250, mostRows: 50);
        using var again = Read(250, mostRows: 50);
        var kept = Firsts(outliers);
        Assert.That(kept, Has.Length.EqualTo(50).And.Unique);
        Assert.That(kept.Select(first => (long)first), Is.EqualTo(outliers.Numbers));
        Assert.That(kept.Count(first => first >= 125), Is.InRange(12, 38), "from all of the view");
        Assert.That(Firsts(again), Is.EqualTo(kept));
        Assert.That(outliers.Id, Is.EqualTo(again.Id));
        Assert.That(outliers.ToString(), Is.EqualTo("50 outliers, a random part of 250"));
    }

    [Test]
    public void FindIn_ARowOfBoth_TellsBothNumbers([Values(3, 100)] int rowsAtOnce)
    {
        using var outliers = Read(20, mostRows: 20);
        using var sample = Read(250, mostRows: 50);
        using var training = Read(240, mostRows: 240, skip: 13);
        Assert.That(outliers.FindIn(training.Set, rowsAtOnce), Is.EqualTo((13L, 0L)));
        var (outlier, row) = sample.FindIn(training.Set, rowsAtOnce)!.Value;
        Assert.That(outlier, Is.EqualTo(sample.Numbers!.Where(number => number >= 13).Min()).And.EqualTo(row + 13));
        using var others = Read(10, mostRows: 10, skip: 40);
        Assert.That(outliers.FindIn(others.Set, rowsAtOnce), Is.Null);
    }

    private OutlierRows Read(int count, int mostRows, int skip = 0)
        => OutlierRows.Read(
            _ml.Data.LoadFromEnumerable(Enumerable.Range(skip, count).Select(i => new Row { Image = [(byte)i, 7, 0, 9] })),
            _input,
            CancellationToken.None,
            mostBytes: 4L * mostRows);

    private static byte[] Firsts(OutlierRows outliers)
    {
        using var scope = NewDisposeScope();
        return [.. outliers.Set.Values.flatten(1).select(1, 0).contiguous().data<byte>().ToArray()];
    }

    private sealed class Row
    {
        [VectorType(1, 2, 2)]
        public byte[] Image { get; set; } = [];
    }
}
