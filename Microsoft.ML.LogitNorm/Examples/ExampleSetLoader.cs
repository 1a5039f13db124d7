using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Reads every labelled row of a data view, or every row of one without labels, once, into one tensor whose rows stand in the view's order.</summary>
internal static class ExampleSetLoader
{
    // What is read is put together in parts of this size, so that chunks that are far from full do not pile up.
    private const int BytesPerBlock = 16 << 20;

    /// <summary>Reads rows and labels.</summary>
    /// <param name="data">The data.</param>
    /// <param name="input">What to read of each row.</param>
    /// <param name="label">The labels' column; rows whose label is missing are left out. Null takes all rows, as of one class.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <param name="mostBytes">What the values may take.</param>
    /// <returns>The rows, null where they take more, how many rows were left out for want of a label, and those for want of an image.</returns>
    /// <exception cref="InvalidOperationException">A row has no image, one of another size, or a pixel that is NaN or infinite.</exception>
    public static (ExampleSet? Examples, long Unlabelled, IReadOnlyList<LeftOutRows> LeftOut) Load(
        IDataView data, NetworkInput input, LabelColumn? label, CancellationToken cancellationToken, long mostBytes = long.MaxValue)
    {
        using var scope = NewDisposeScope();
        using var reader = new ExampleReader(data, input, label?.Name, cancellationToken);
        var rowsPerBlock = Math.Max(1, BytesPerBlock / input.BytesPerRow);
        var blocks = new List<Tensor>();
        var labels = new List<long>();
        while (reader.Next() is { } chunk)
        {
            using var read = chunk;
            if (((long)labels.Count + chunk.Labels.Count) * input.BytesPerRow > mostBytes)
                return (null, 0, []);
            for (int from = 0, length; from < chunk.Labels.Count; from += length)
            {
                var filled = (labels.Count + from) % rowsPerBlock;
                if (filled == 0)
                    blocks.Add(input.Room(rowsPerBlock));
                length = Math.Min(chunk.Labels.Count - from, rowsPerBlock - filled);
                using var step = NewDisposeScope();
                blocks[^1].narrow(0, filled, length).copy_(chunk.Values.narrow(0, from, length));
            }
            labels.AddRange(chunk.Labels);
        }
        return (new(input, Join(), tensor([.. labels], int64).DetachFromDisposeScope(), label?.ClassCount ?? 1), reader.Unlabelled, reader.LeftOut);

        Tensor Join()
        {
            var values = input.Room(labels.Count).DetachFromDisposeScope();
            for (var i = 0; i < blocks.Count; i++)
            {
                using var step = NewDisposeScope();
                var (start, length) = (i * (long)rowsPerBlock, Math.Min(rowsPerBlock, labels.Count - (i * rowsPerBlock)));
                values.narrow(0, start, length).copy_(blocks[i].narrow(0, 0, length));
            }
            return values;
        }
    }
}
