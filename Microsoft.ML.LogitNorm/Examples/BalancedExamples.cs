using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Rows in memory of which an epoch takes as many of each class. Owns them.</summary>
/// <remarks>
/// An epoch of S steps of B rows has ⌊SB / C⌋ rows of each class, or one more of as many classes, drawn anew, as it takes to make SB. Of a class's rows
/// none comes again before all have come. Which class comes in which step is drawn from the whole epoch, so a step has each class as often up to chance.
/// </remarks>
/// <param name="examples">The rows; each class has at least one.</param>
internal sealed class BalancedExamples(ExampleSet examples) : IExampleSource
{
    public long Count => examples.Count;

    public ExampleSummary Summary => examples.Summary;

    public IExampleSource To(Device device) => new BalancedExamples(examples.To(device));

    public IExampleBatches Shuffle(int batchSize, Augmentation augmentation, AugmentationContext context)
        => examples.Batches(Order(batchSize, context.Generator), batchSize, augmentation, context);

    public IExampleBatches InOrder(int batchSize) => examples.InOrder(batchSize);

    public void Dispose() => examples.Dispose();

    /// <summary>Row numbers [S·B], the caller's to dispose of.</summary>
    private Tensor Order(int batchSize, Generator generator)
    {
        using var scope = NewDisposeScope();
        var total = Count / batchSize * batchSize;
        var labels = examples.Labels.cpu();
        var classes = examples.Summary.ClassCounts.Count;
        long[] luckFirst = [.. randperm(classes, int64, generator: generator).data<long>()];   // who has one more where C does not divide S·B
        var drawn = Enumerable.Range(0, classes).Select(place =>
        {
            using var one = TensorArithmetic.Range(1, int64).Plus(luckFirst[place]);
            var rows = labels.eq(one).nonzero().view(-1);   // [n_c]
            return Draw(rows, (total / classes) + (place < total % classes ? 1 : 0), generator);
        });
        var all = cat([.. drawn]);
        return all.index_select(0, randperm(total, int64, generator: generator)).to(examples.Values.device).DetachFromDisposeScope();
    }

    private static Tensor Draw(Tensor rows, long wanted, Generator generator)
    {
        var rounds = new List<Tensor>();
        for (long left = wanted, most = rows.shape[0]; left > 0; left -= most)
            rounds.Add(rows.index_select(0, randperm(most, int64, generator: generator).narrow(0, 0, Math.Min(left, most))));
        return rounds.Count == 0 ? rows.narrow(0, 0, 0) : cat([.. rounds]);
    }
}
