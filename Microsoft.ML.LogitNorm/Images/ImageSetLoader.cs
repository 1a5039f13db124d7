using Microsoft.ML.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Decodes every image of a data view once, on as many threads as the view gives cursors, into one tensor whose rows stand in the view's
/// order: the same data gives the same tensor however the threads ran.
/// </summary>
internal static class ImageSetLoader
{
    // 256 images of 64×64 in colour; fewer of larger ones.
    private const int BytesPerChunk = 3 << 20;

    /// <summary>Reads images and labels.</summary>
    /// <param name="data">The data.</param>
    /// <param name="column">Where the images are.</param>
    /// <param name="labelColumnName">A key column; rows whose label is missing are left out.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The images, and how many rows were left out for want of a label.</returns>
    /// <exception cref="InvalidOperationException">A row has no image, one of another size, or a pixel that is not a finite number.</exception>
    public static (ImageSet Images, long Unlabelled) Load(IDataView data, ImageColumn column, string labelColumnName, CancellationToken cancellationToken)
    {
        DataViewSchema.Column[] columns = [data.Schema[column.Name], data.Schema[labelColumnName]];
        var cursors = data.GetRowCursorSet(columns, Environment.ProcessorCount);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var parts = cursors.Select(cursor => new Part(cursor, column, labelColumnName)).ToArray();
        try
        {
            // The token makes a thread that was told to stop count as cancelled, so that WhenAll throws the error that stopped it.
            Task.WhenAll(parts.Select(part => Task.Factory.StartNew(() => Run(part, stop), stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default)))
                .GetAwaiter().GetResult();
            return (Join(parts, column), parts.Sum(part => part.Unlabelled));
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();   // the caller's token, which it may look for, not the linked one
            throw;
        }
        finally
        {
            foreach (var part in parts)
                part.Dispose();
        }
    }

    private static void Run(Part part, CancellationTokenSource stop)
    {
        try
        {
            part.ReadAll(stop.Token);
        }
        catch
        {
            stop.Cancel();   // the other threads need not go on
            throw;
        }
    }

    private static ImageSet Join(Part[] parts, ImageColumn column)
    {
        var count = parts.Sum(part => part.Labels.Count);
        var shape = column.Shape;
        var pixels = empty([count, shape.Height, shape.Width, shape.Channels], column.PixelType).DetachFromDisposeScope();
        var labels = new long[count];
        long row = 0;
        foreach (var (part, run) in parts.SelectMany(part => part.Runs.Select(run => (part, run))).OrderBy(pair => pair.run.Batch))
        {
            part.CopyTo(pixels, row, run);
            part.Labels.CopyTo(run.Start, labels, (int)row, run.Length);
            row += run.Length;
        }
        var images = new ImageSet(pixels, tensor(labels, int64).DetachFromDisposeScope());
        try
        {
            CheckFinite(images.Pixels, column);
            return images;
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    private static int RowsPerChunk(ImageColumn column) => Math.Max(1, BytesPerChunk / column.BytesPerImage);

    private static void CheckFinite(Tensor pixels, ImageColumn column)
    {
        if (column.Kind != PixelKind.VectorOfSingle)
            return;
        var rowsAtOnce = RowsPerChunk(column);
        for (long row = 0; row < pixels.shape[0]; row += rowsAtOnce)
        {
            using var scope = NewDisposeScope();
            var finite = pixels.narrow(0, row, Math.Min(rowsAtOnce, pixels.shape[0] - row)).isfinite().flatten(1).all(1);
            var first = finite.to(int32).argmin(0).item<long>();
            if (!finite[first].item<bool>())
                throw new InvalidOperationException($"Column '{column.Name}' has a pixel that is NaN or infinite in labelled row {row + first} (counted from 0). Remove the row or mend it.");
        }
    }

    /// <summary>What one thread read: chunks of images, and runs of rows that share a batch number, by which the order is found again.</summary>
    private sealed class Part(DataViewRowCursor cursor, ImageColumn column, string labelColumnName) : IDisposable
    {
        private readonly int _rowsPerChunk = RowsPerChunk(column);
        private readonly List<Tensor> _chunks = [];

        public List<long> Labels { get; } = [];
        public List<(long Batch, int Start, int Length)> Runs { get; } = [];
        public long Unlabelled { get; private set; }

        public void ReadAll(CancellationToken cancellationToken)
        {
            using var scope = NewDisposeScope();
            var pixels = PixelReader.Open(cursor, column);
            var getLabel = cursor.GetGetter<uint>(cursor.Schema[labelColumnName]);
            var getId = cursor.GetIdGetter();
            uint label = 0;
            while (cursor.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                getLabel(ref label);
                if (label == 0)
                {
                    Unlabelled++;
                    continue;
                }
                try
                {
                    pixels.Read(NextRow());
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    var id = default(DataViewRowId);
                    getId(ref id);
                    throw new InvalidOperationException($"Reading row {id.Low} (counted from 0 in the source) for training failed: {e.Message}", e);
                }
                if (Runs.Count > 0 && Runs[^1].Batch == cursor.Batch)
                    Runs[^1] = Runs[^1] with { Length = Runs[^1].Length + 1 };
                else
                    Runs.Add((cursor.Batch, Labels.Count, 1));
                Labels.Add(label - 1);
            }
        }

        /// <summary>Copies a run of rows to its place among all rows.</summary>
        public void CopyTo(Tensor pixels, long row, (long Batch, int Start, int Length) run)
        {
            using var scope = NewDisposeScope();
            for (int from = run.Start, end = run.Start + run.Length, length; from < end; from += length, row += length)
            {
                length = Math.Min(end - from, _rowsPerChunk - (from % _rowsPerChunk));
                pixels.narrow(0, row, length).copy_(_chunks[from / _rowsPerChunk].narrow(0, from % _rowsPerChunk, length));
            }
        }

        public void Dispose()
        {
            cursor.Dispose();
            _chunks.ForEach(chunk => chunk.Dispose());
        }

        private Span<byte> NextRow()
        {
            var at = Labels.Count % _rowsPerChunk;
            if (at == 0 && Labels.Count / _rowsPerChunk == _chunks.Count)
                _chunks.Add(empty([_rowsPerChunk, column.Shape.Height, column.Shape.Width, column.Shape.Channels], column.PixelType).DetachFromDisposeScope());
            return _chunks[^1].bytes.Slice(at * column.BytesPerImage, column.BytesPerImage);
        }
    }
}
