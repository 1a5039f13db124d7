using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Reads the inputs of a score from the rows of a data view, and hands them on as tensors.</summary>
internal sealed class OodRows
{
    private const string Consequence = "it cannot be scored";

    private readonly OodSource _source;
    private readonly LeftOutRows _marks;
    private readonly VectorReader? _logits, _embedding, _statistics;
    private readonly InputReader? _reader;
    private readonly List<float> _logitValues = [], _embeddingValues = [], _statisticsValues = [];
    private readonly List<byte> _values = [];
    private readonly ValueGetter<uint>? _getLabel;
    private readonly List<long> _labels = [];

    public OodRows(DataViewRow row, OodSource source)
    {
        _source = source;
        _marks = new(row, [.. source.Vectors]);
        _logits = source.Logits is { } logits ? new(row, logits, Consequence) : null;
        _embedding = source.Embedding is { } embedding ? new(row, embedding, Consequence) : null;
        _statistics = source.LayerStatistics is { } statistics ? new(row, statistics, Consequence) : null;
        _reader = source.Input?.Open(row);
        _getLabel = source.Label is { } label ? row.GetGetter<uint>(label) : null;
    }

    /// <summary>Rows read since the last <see cref="Clear"/>.</summary>
    public int Count { get; private set; }

    /// <summary>Reads the row that the cursor stands on.</summary>
    /// <param name="cursor">The cursor that the rows are read from.</param>
    /// <param name="data">The view that it is of, for messages.</param>
    /// <returns>False where the row has no image that was classified, and may have none (<see cref="MissingRows"/>): it is not among the rows then.</returns>
    /// <exception cref="InvalidOperationException">A value is NaN or infinite, or cannot be read.</exception>
    public bool Add(DataViewRowCursor cursor, IDataView data)
    {
        try
        {
            return Add(cursor.Position);
        }
        catch (Exception e) when (e is IRowError)
        {
            RowText.AddTo(e, cursor, data);
            throw;
        }
    }

    /// <summary>Reads the current row.</summary>
    /// <param name="position">Its number, for messages.</param>
    /// <returns>False where the row has no image that was classified, and may have none: it is not among the rows then.</returns>
    /// <exception cref="InvalidOperationException">A value is NaN or infinite.</exception>
    public bool Add(long position)
    {
        if (_marks.IsToldBeside
            || !Read(_logits, _logitValues, position)
            || !Read(_embedding, _embeddingValues, position)
            || !Read(_statistics, _statisticsValues, position))
            return false;
        if (_reader is not null)
        {
            var size = _source.Input!.BytesPerRow;
            CollectionsMarshal.SetCount(_values, (Count + 1) * size);
            if (!_reader.Read(CollectionsMarshal.AsSpan(_values)[(Count * size)..]))
                return false;
        }
        if (_getLabel is not null)
        {
            uint label = 0;
            _getLabel(ref label);
            _labels.Add((long)label - 1);
        }
        Count++;
        return true;
    }

    public void Clear()
    {
        Count = 0;
        _logitValues.Clear();
        _embeddingValues.Clear();
        _statisticsValues.Clear();
        _values.Clear();
        _labels.Clear();
    }

    /// <summary>The rows as tensors in the current scope.</summary>
    /// <param name="learned">What the score learned, on the network's device.</param>
    public OodBatch ToBatch(IReadOnlyDictionary<string, Tensor> learned)
    {
        var device = _source.Network?.Device ?? CPU;
        return new(
            _logits is null ? null : Matrix(_logitValues, _logits.Width, device),
            _embedding is null ? null : Matrix(_embeddingValues, _embedding.Width, device),
            _source.Network,
            _source.Input is { } input ? Values(input) : null,
            learned,
            _getLabel is null ? null : tensor(_labels, int64).to(device),
            _source.Classes,
            _statistics is null ? null : Matrix(_statisticsValues, _statistics.Width, device));
    }

    private Tensor Matrix(List<float> values, int width, Device device)
    {
        var tensor = empty([Count, width], float32);
        CollectionsMarshal.AsSpan(values)[..(Count * width)].CopyTo(MemoryMarshal.Cast<byte, float>(tensor.bytes));
        return tensor.to(device);
    }

    private Tensor Values(NetworkInput input)
    {
        var values = input.Room(Count);
        CollectionsMarshal.AsSpan(_values)[..(Count * input.BytesPerRow)].CopyTo(values.bytes);
        return values;
    }

    // Into place Count; what a row that could not be read has left there is overwritten.
    private bool Read(VectorReader? reader, List<float> destination, long position)
    {
        if (reader is null)
            return true;
        CollectionsMarshal.SetCount(destination, (Count + 1) * reader.Width);
        return reader.Read(CollectionsMarshal.AsSpan(destination)[(Count * reader.Width)..], position);
    }
}
