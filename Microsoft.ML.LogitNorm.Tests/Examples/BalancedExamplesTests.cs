using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Examples;

/// <summary>Epochs that take as many rows of each class. Each row's value is its number.</summary>
public sealed class BalancedExamplesTests
{
    private static readonly VectorInput _input = new("Features", 1);

    [TestCase(new[] { 20, 20, 8 }, 16)]
    [TestCase(new[] { 200, 200, 10 }, 32)]
    [TestCase(new[] { 1, 50 }, 10)]
    [TestCase(new[] { 7, 7, 7, 7 }, 5, Description = "25 rows of 4 classes")]
    public void Shuffle_AnEpoch_HasEachClassAsOften(int[] counts, int batchSize)
    {
        var rows = Epochs(counts, batchSize, seed: 1, epochs: 1)[0];
        var total = counts.Sum() / batchSize * batchSize;
        Assert.That(rows, Has.Count.EqualTo(total));
        foreach (var (label, count) in counts.Index())
        {
            var own = rows.Where(row => LabelOf(counts, row) == label).CountBy(row => row).Select(entry => entry.Value).ToList();
            Assert.That(own.Sum(), Is.EqualTo(total / counts.Length).Or.EqualTo((total / counts.Length) + 1), $"class {label}");
            Assert.That(own.Max() - (own.Count == count ? own.Min() : 0), Is.LessThanOrEqualTo(1), "none comes again before all have come");
        }
    }

    [Test]
    public void Shuffle_ManyEpochs_HaveEachClassInEachStepUpToChance()
    {
        // 100 epochs of 12 steps of 32: the number of the rare class in a step has the mean 32 / 3 and, drawn without return from 384, the variance 6.5.
        var steps = Epochs([200, 200, 10], 32, seed: 1, epochs: 100).SelectMany(rows => rows.Chunk(32)).ToArray();
        var rare = steps.Select(step => (double)step.Count(row => row >= 400)).ToArray();
        var variance = rare.Average(count => (count - (32.0 / 3)) * (count - (32.0 / 3)));
        Assert.That(rare.Average(), Is.EqualTo(32.0 / 3).Within(1e-9), "exact over whole epochs");
        Assert.That(variance, Is.EqualTo(32.0 * (1 / 3.0) * (2 / 3.0) * (384 - 32) / 383).Within(15).Percent);
    }

    [Test]
    public void Shuffle_CommonClass_ComesToAllOfItsRows()
        => Assert.That(Epochs([200, 10], 32, seed: 1, epochs: 10).SelectMany(rows => rows).Distinct().Count(), Is.EqualTo(210));

    [Test]
    public void Shuffle_SameSeed_GivesTheSame()
    {
        var first = Epochs([50, 5], 8, seed: 3, epochs: 2);
        Assert.That(Epochs([50, 5], 8, seed: 3, epochs: 2), Is.EqualTo(first));
        Assert.That(Epochs([50, 5], 8, seed: 4, epochs: 2), Is.Not.EqualTo(first));
        Assert.That(first[0], Is.Not.EqualTo(first[1]));
    }

    [Test]
    public void Shuffle_Disposed_LeavesNothing()
    {
        using var examples = new BalancedExamples(Set([9, 3]));
        Assert.That(examples.Summary.ClassCounts, Is.EqualTo(new[] { 9, 3 }));
        using var generator = new Generator(1, CPU);
        using var context = new AugmentationContext(_input, new([0], [1]), generator);
        var before = Tensor.TotalCount;
        using (var scope = NewDisposeScope())
        using (var batches = examples.Shuffle(4, Augmentation.None(), context))
            batches.Next();
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    private static int LabelOf(int[] counts, int row)
    {
        var label = 0;
        for (; row >= counts[label]; label++)
            row -= counts[label];
        return label;
    }

    private static ExampleSet Set(int[] counts)
    {
        var labels = counts.Index().SelectMany(entry => Enumerable.Repeat((long)entry.Index, entry.Item)).ToArray();
        var values = Enumerable.Range(0, labels.Length).Select(i => (float)i).ToArray();
        return new(_input, tensor(values).view(-1, 1).DetachFromDisposeScope(), tensor(labels).DetachFromDisposeScope(), counts.Length);
    }

    private static List<List<int>> Epochs(int[] counts, int batchSize, ulong seed, int epochs)
    {
        using var examples = new BalancedExamples(Set(counts));
        using var generator = new Generator(seed, CPU);
        using var context = new AugmentationContext(_input, new([0], [1]), generator);
        return [.. Enumerable.Range(0, epochs).Select(_ =>
        {
            using var scope = NewDisposeScope();
            using var batches = examples.Shuffle(batchSize, Augmentation.None(), context);
            var rows = new List<int>();
            for (var step = 0; step < counts.Sum() / batchSize; step++)
            {
                var (values, labels) = batches.Next();
                rows.AddRange(values.data<float>().Select(value => (int)value));
                Assert.That(labels.data<long>().ToArray(), Is.EqualTo(rows.TakeLast(batchSize).Select(row => (long)LabelOf(counts, row))));
            }
            return rows;
        })];
    }
}
