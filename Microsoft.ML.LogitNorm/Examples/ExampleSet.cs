using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>All labelled rows of a data view, in memory, in the order of the view. Owns its tensors.</summary>
/// <param name="input">What the rows are.</param>
/// <param name="values">[N, …], bytes or floats as the column holds them.</param>
/// <param name="labels">[N], int64, from 0.</param>
/// <param name="classes">How many classes there are.</param>
internal sealed class ExampleSet(NetworkInput input, Tensor values, Tensor labels, int classes) : IExampleSource
{
    private ExampleSummary? _summary;

    /// <summary>[N, …], bytes or floats as the column holds them.</summary>
    public Tensor Values => values;

    /// <summary>[N], int64, from 0.</summary>
    public Tensor Labels => labels;

    public long Count => labels.shape[0];

    /// <remarks>Made when it is first asked for, which must be before the set goes to another device.</remarks>
    public ExampleSummary Summary => _summary ??= Summarize();

    IExampleSource IExampleSource.To(Device device) => To(device);

    /// <inheritdoc cref="IExampleSource.To"/>
    public ExampleSet To(Device device)
    {
        if (values.device.type == device.type)
            return this;
        using (this)
            return new ExampleSet(input, values.to(device).DetachFromDisposeScope(), labels.to(device).DetachFromDisposeScope(), classes)
            {
                _summary = _summary,
            };
    }

    public IExampleBatches Shuffle(int batchSize, Augmentation augmentation, AugmentationContext context)
        => Batches(Order(context.Generator), batchSize, augmentation, context);

    /// <summary>One epoch of rows in a given order, in full batches.</summary>
    /// <param name="order">Row numbers, int64, at least as many as will be asked for; owned from now on.</param>
    /// <param name="batchSize">Rows in a batch, B.</param>
    /// <param name="augmentation">How they are changed.</param>
    /// <param name="context">Where all randomness comes from, and what an augmentation keeps.</param>
    public IExampleBatches Batches(Tensor order, int batchSize, Augmentation augmentation, AugmentationContext context)
        => new Shuffled(this, order, batchSize, augmentation, context);

    public IExampleBatches InOrder(int batchSize) => new Ordered(this, batchSize);

    public void Dispose()
    {
        values.Dispose();
        labels.Dispose();
    }

    private ExampleSummary Summarize()
    {
        using var summarizer = new ExampleSummarizer(input);
        long[] own = [.. labels.data<long>()];
        summarizer.Add(values, own);
        return summarizer.Finish(own, classes);
    }

    private Tensor Order(Generator generator)
    {
        using var scope = NewDisposeScope();
        return randperm(Count, int64, generator: generator).to(values.device).DetachFromDisposeScope();
    }

    private sealed class Shuffled(ExampleSet examples, Tensor order, int batchSize, Augmentation augmentation, AugmentationContext context) : IExampleBatches
    {
        private long _start;

        public (Tensor Values, Tensor Labels) Next()
        {
            var rows = order.narrow(0, _start, batchSize);
            _start += batchSize;
            var labels = examples.Labels.index_select(0, rows);
            return (augmentation.Gather(examples.Values, rows, context), labels);
        }

        public void Dispose() => order.Dispose();
    }

    private sealed class Ordered(ExampleSet examples, int batchSize) : IExampleBatches
    {
        private long _start;

        public (Tensor Values, Tensor Labels) Next()
        {
            var (start, count) = (_start, Math.Min(batchSize, examples.Count - _start));
            _start += count;
            return (examples.Values.narrow(0, start, count), examples.Labels.narrow(0, start, count));
        }

        public void Dispose()
        {
            // It has nothing of its own.
        }
    }
}
