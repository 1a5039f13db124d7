using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>Paths or bytes to images: the rows of a batch are decoded on all cores.</summary>
internal sealed class ImageReadingRowMap(DataViewSchema input, DataViewSchema.Column source, ImageReading reading)
    : RowMap(input, ImageReadingColumns.Deliver(reading))
{
    private const int MostBatchBytes = 64 << 20;
    private const int RowsPerCore = 8;   // the cores end a batch at nearly the same time

    private readonly ImageDecoder _decoder = reading.CreateDecoder();

    public override int BatchSize => Math.Clamp(MostBatchBytes / _decoder.Bytes, 1, RowsPerCore * Environment.ProcessorCount);

    public override IEnumerable<DataViewSchema.Column> Inputs => [source];

    public override RowBatch Open(DataViewRow row, int capacity, Func<int, bool> activeOutput) => new Batch(row, capacity, source, reading, _decoder);

    private sealed class Batch : RowBatch
    {
        private readonly ImageReading _reading;
        private readonly ImageDecoder _decoder;
        private readonly ImageContentReader _reader;
        private readonly ImageContent?[] _contents;
        private readonly byte[]?[] _pixels;
        private readonly string?[] _errors;
        private readonly Exception?[] _failures;

        public Batch(DataViewRow row, int capacity, DataViewSchema.Column source, ImageReading reading, ImageDecoder decoder)
            : base(row, capacity)
        {
            (_reading, _decoder, _reader) = (reading, decoder, ImageContentReader.Open(row, source, reading.Folder));
            (_contents, _pixels) = (new ImageContent?[capacity], new byte[]?[capacity]);
            (_errors, _failures) = (new string?[capacity], new Exception?[capacity]);
        }

        public override long BytesKept => _contents.Take(Count).Sum(content => content?.BytesKept ?? 0);

        public override Delegate CreateGetter(int output, Func<int> row)
            => output == ImageReadingColumns.Image
                ? (ValueGetter<MLImage>)((ref MLImage value) =>
                {
                    var at = Computed(row);
                    value?.Dispose();
                    value = _errors[at] is null ? MLImage.CreateFromPixels(_reading.Width, _reading.Height, MLPixelFormat.Bgra32, _pixels[at]) : null!;
                    if (value is not null)
                        value.Tag = _contents[at]!.Path!;
                })
                : (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = (_errors[Computed(row)] ?? "").AsMemory());

        protected override void Read(int row) => (_contents[row], _errors[row]) = _reader.Read();

        protected override void Compute()
        {
            if (Count == 1)
                Decode(0);
            else
                Parallel.For(0, Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, Decode);
            // Not of the image, but of the process, such as its memory: the first row's, whichever thread met one first.
            if (Array.FindIndex(_failures, 0, Count, failure => failure is not null) is >= 0 and var row)
                throw RowError.Wrap(Position(row), _failures[row]!);
        }

        private void Decode(int row)
        {
            _failures[row] = null;
            if (_contents[row] is not { } content)
                return;
            try
            {
                _decoder.Decode(content, _pixels[row] ??= new byte[_decoder.Bytes]);
            }
            catch (UnreadableImageException e)
            {
                _errors[row] = e.Message;
            }
            catch (Exception e)
            {
                _failures[row] = e;   // Parallel.For would wrap it
            }
        }

        // An error belongs to its own row: the others of the batch have their images.
        private int Computed(Func<int> row)
        {
            var at = row();
            EnsureComputed();
            return _errors[at] is null || _reading.ErrorColumn is not null
                ? at
                : throw Failed(at, $"Reading row {Position(at)} (counted from 0) failed: {_errors[at]} To go on without such rows, set OnError to Mark.");
        }
    }
}
