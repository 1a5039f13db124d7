using Microsoft.ML.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Examples;

/// <summary>Passes over images that are decoded anew each time. Each image's pixels tell its number.</summary>
[TestFixture]
public sealed class StreamedExamplesTests
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
        var column = ImageInput.Find(view.Schema, "Pixels", null);
        using var streamed = Images(700, 16);
        using var kept = ExampleSetLoader.Load(view, column, LabelColumn.Find(view.Schema, "Label"), CancellationToken.None).Examples!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(streamed.Count, Is.EqualTo(kept.Count));
            Assert.That(streamed.Summary.Hash, Is.EqualTo(kept.Summary.Hash));
            Assert.That(streamed.Summary.ClassCounts, Is.EqualTo(kept.Summary.ClassCounts));
            Assert.That(streamed.Summary.Constants, Is.EqualTo(kept.Summary.Constants));
            Assert.That(streamed.Summary.Moments!.Mean, Is.EqualTo(kept.Summary.Moments!.Mean).Within(1e-5));
            Assert.That(streamed.Summary.Moments.StandardDeviation, Is.EqualTo(kept.Summary.Moments.StandardDeviation).Within(1e-5));
        }
    }

    [Test]
    public void Load_MoreThanAllowed_GivesNothing()
    {
        var view = View(100);
        var column = ImageInput.Find(view.Schema, "Pixels", null);
        var before = Tensor.TotalCount;
        Assert.That(
            ExampleSetLoader.Load(view, column, LabelColumn.Find(view.Schema, "Label"), CancellationToken.None, (100 * column.BytesPerRow) - 1).Examples,
            Is.Null);
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
        using var kept = ExampleSetLoader.Load(view, column, LabelColumn.Find(view.Schema, "Label"), CancellationToken.None, 100 * column.BytesPerRow).Examples;
        Assert.That(kept!.Count, Is.EqualTo(100));
    }

    [Test]
    public void Shuffle_BrokenOff_LeavesNoTensors()
    {
        using var images = Images(400, 40);
        using var generator = new Generator(1, CPU);
        var before = Tensor.TotalCount;
        using (var context = Contexts.Of(generator))
        using (var batches = images.Shuffle(BatchSize, Augmentation.None(), context))
        {
            using var scope = NewDisposeScope();
            batches.Next();
        }
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    [Test]
    public void Shuffle_NextEpoch_IsAnotherOrder()
    {
        using var images = Images(200, 40);
        using var generator = new Generator(1, CPU);
        var first = Epoch(images, generator);
        Assert.That(Epoch(images, generator), Is.Not.EqualTo(first));
    }

    [Test]
    public void Shuffle_HoweverManyCursors_IsTheSameOrder([Values(2, 5)] int cursors)
    {
        const int Count = 3000;   // several of the batches that ML.NET deals to its cursors
        // rows are dealt out where there is something to compute
        var view = _ml.Transforms.NormalizeMinMax("Other", "Pixels").Fit(View(3)).Transform(View(Count));
        using var one = Images(new FixedCursors(view, 1), 300);
        using var several = Images(new FixedCursors(view, cursors), 300);
        Assert.That(several.Summary.Hash, Is.EqualTo(one.Summary.Hash));
        Assert.That(Epoch(several, seed: 1), Is.EqualTo(Epoch(one, seed: 1)));

        var opened = view.GetRowCursorSet([view.Schema["Other"]], cursors);
        foreach (var cursor in opened)
            cursor.Dispose();
        Assert.That(opened, Has.Length.EqualTo(cursors), "otherwise this tests nothing");
    }

    [TestCase(99, "only 99")]
    [TestCase(3, "only 3")]
    [TestCase(101, "more")]
    public void Shuffle_RowsChangedAfterTheFirstPass_SaysSo(int later, string found)
    {
        var before = Tensor.TotalCount;
        var passes = 0;
        var view = _ml.Data.LoadFromEnumerable(Rows());
        using var images = Images(view, 16);
        var error = Assert.Throws<InvalidOperationException>(() => Epoch(images, seed: 1))!;
        Assert.That(
            error.Message,
            Does.StartWith($"There were 100 labelled rows in the first pass over the data, and {found} in a later one.").And.Contains("ImageCache.Memory"));
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));

        IEnumerable<Row> Rows()
        {
            var count = passes++ == 0 ? 100 : later;
            for (var i = 0; i < count; i++)
                yield return RowOf(i);
        }
    }

    [Test]
    public void FirstPass_CancelledWhileReading_Stops()
    {
        using var cancellation = new CancellationTokenSource();
        var before = Tensor.TotalCount;
        var view = _ml.Data.LoadFromEnumerable(InTime.Endless(RowOf, stop: cancellation.Cancel));
        Assert.Catch<OperationCanceledException>(
            () => new StreamedExamples(
                view, ImageInput.Find(view.Schema, "Pixels", null), LabelColumn.Find(view.Schema, "Label"), 16, cancellation.Token).Dispose());
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    private StreamedExamples Images(int count, int pooled) => Images(View(count), pooled);

    private static StreamedExamples Images(IDataView view, int pooled)
        => new(view, ImageInput.Find(view.Schema, "Pixels", null), LabelColumn.Find(view.Schema, "Label"), pooled, CancellationToken.None);

    private IDataView View(int count) => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(RowOf));

    private static Row RowOf(int i) => new() { Label = (uint)(i % 10), Pixels = [i, 0, 0, 0] };

    private static List<int> Epoch(StreamedExamples images, ulong seed)
    {
        using var generator = new Generator(seed, CPU);
        return Epoch(images, generator);
    }

    private static List<int> Epoch(StreamedExamples images, Generator generator)
    {
        using var context = Contexts.Of(generator);
        using var batches = images.Shuffle(BatchSize, Augmentation.None(), context);
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

    /// <summary>A view that gives so many cursors, whatever it is asked for.</summary>
    private sealed class FixedCursors(IDataView view, int cursors) : IDataView
    {
        public bool CanShuffle => view.CanShuffle;

        public DataViewSchema Schema => view.Schema;

        public long? GetRowCount() => view.GetRowCount();

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
            => view.GetRowCursor([.. columnsNeeded, Schema["Other"]], rand);

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
            => cursors == 1 ? [GetRowCursor(columnsNeeded, rand)] : view.GetRowCursorSet([.. columnsNeeded, Schema["Other"]], cursors, rand);
    }
}
