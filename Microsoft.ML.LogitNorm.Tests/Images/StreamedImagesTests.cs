using Microsoft.ML.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Images;

/// <summary>Passes over images that are decoded anew each time. Each image's pixels tell its number.</summary>
[TestFixture]
public sealed class StreamedImagesTests
{
    private const int BatchSize = 8;

    private readonly MLContext _ml = new();

    [Test]
    public void Shuffle_WhateverThePool_GivesEachImageOnceWithItsLabel([Values(1, 16, 17, 50, 1000)] int pooled, [Values(96, 100)] int count)
    {
        using var images = Images(count, pooled);
        var numbers = Epoch(images, seed: 1);
        Assert.That(numbers, Is.Unique);
        Assert.That(numbers, Has.Count.EqualTo(count / BatchSize * BatchSize));
    }

    [Test]
    public void Shuffle_SameSeed_IsTheSameOrder()
    {
        using var images = Images(200, 40);
        var first = Epoch(images, seed: 1);
        Assert.That(Epoch(images, seed: 1), Is.EqualTo(first));
        Assert.That(Epoch(images, seed: 2), Is.Not.EqualTo(first));
    }

    [Test]
    public void Shuffle_SmallPool_MixesNeighbours()
    {
        using var images = Images(400, 100);
        var numbers = Epoch(images, seed: 1);
        var early = numbers.Take(100).Average();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(numbers.Zip(numbers.Skip(1)).Count(pair => pair.Second == pair.First + 1), Is.LessThan(20), "neighbours that stayed together");
            Assert.That(numbers.Take(100).Max(), Is.LessThan(200), "no further than pool and rows drawn");
            Assert.That(early, Is.GreaterThan(60), "the pool, not the first rows in order");
        }
    }

    [Test]
    public void InOrder_LastBatchSmaller_IsTheViews([Values(96, 100)] int count)
    {
        using var images = Images(count, 16);
        using var batches = images.InOrder(BatchSize);
        var numbers = new List<int>();
        for (var left = count; left > 0; left -= BatchSize)
        {
            using var scope = NewDisposeScope();
            numbers.AddRange(Numbers(batches.Next()));
        }
        Assert.That(numbers, Is.EqualTo(Enumerable.Range(0, count)));
    }

    [Test]
    public void Statistics_OfTheSameRows_AreThoseInMemory()
    {
        var view = View(700);
        var column = ImageColumn.Find(view.Schema, "Pixels", null);
        using var streamed = Images(700, 16);
        using var kept = ImageSetLoader.Load(view, column, "Label", CancellationToken.None).Images!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(streamed.Count, Is.EqualTo(kept.Count));
            Assert.That(streamed.Hash(), Is.EqualTo(kept.Hash()));
            Assert.That(streamed.ClassCounts(10), Is.EqualTo(kept.ClassCounts(10)));
            Assert.That(streamed.MeasureNormalization().Mean, Is.EqualTo(kept.MeasureNormalization().Mean).Within(1e-5));
            Assert.That(streamed.MeasureNormalization().StandardDeviation, Is.EqualTo(kept.MeasureNormalization().StandardDeviation).Within(1e-5));
        }
    }

    [Test]
    public void Load_MoreThanAllowed_GivesNothing()
    {
        var view = View(100);
        var column = ImageColumn.Find(view.Schema, "Pixels", null);
        var before = Tensor.TotalCount;
        Assert.That(ImageSetLoader.Load(view, column, "Label", CancellationToken.None, (100 * column.BytesPerImage) - 1).Images, Is.Null);
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
        using var kept = ImageSetLoader.Load(view, column, "Label", CancellationToken.None, 100 * column.BytesPerImage).Images;
        Assert.That(kept!.Count, Is.EqualTo(100));
    }

    [Test]
    public void Shuffle_BrokenOff_LeavesNoTensors()
    {
        using var images = Images(400, 40);
        using var generator = new Generator(1, CPU);
        var before = Tensor.TotalCount;
        using (var batches = images.Shuffle(BatchSize, Augmentation.None(), generator))
        {
            using var scope = NewDisposeScope();
            batches.Next();
        }
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    private StreamedImages Images(int count, int pooled)
    {
        var view = View(count);
        return new(view, ImageColumn.Find(view.Schema, "Pixels", null), "Label", pooled, CancellationToken.None);
    }

    private IDataView View(int count) => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new Row { Label = (uint)(i % 10), Pixels = [i, 0, 0, 0] }));

    private static List<int> Epoch(StreamedImages images, ulong seed)
    {
        using var generator = new Generator(seed, CPU);
        using var batches = images.Shuffle(BatchSize, Augmentation.None(), generator);
        var numbers = new List<int>();
        for (var step = 0; step < images.Count / BatchSize; step++)
        {
            using var scope = NewDisposeScope();
            numbers.AddRange(Numbers(batches.Next()));
        }
        return numbers;
    }

    private static int[] Numbers((Tensor Pixels, Tensor Labels) batch)
    {
        int[] numbers = [.. batch.Pixels.flatten(1).select(1, 0).contiguous().data<float>().Select(value => (int)value)];
        Assert.That(batch.Labels.data<long>().ToArray(), Is.EqualTo(numbers.Select(number => (long)(number % 10))));
        return numbers;
    }

    private sealed class Row
    {
        [KeyType(10)]
        public uint Label { get; set; }

        [VectorType(1, 2, 2)]
        public float[] Pixels { get; set; } = [];
    }
}
