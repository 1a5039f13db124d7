using Microsoft.ML.Data;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>Samples the training images to keep: the same number of each class, at random but the same ones each time, in one pass over the rows.</summary>
/// <param name="data">The rows.</param>
/// <param name="label">Their classes.</param>
/// <param name="image">The images.</param>
/// <param name="embedding">The embeddings.</param>
/// <param name="most">How many images are kept, in all; divided among the classes, and rounded up.</param>
/// <param name="thumbnailSize">Pixels of the longer side of what is kept.</param>
internal sealed class ImageSampling(
    IDataView data, LabelColumn label, DataViewSchema.Column image, DataViewSchema.Column embedding, int most, int thumbnailSize)
{
    /// <summary>Bytes of all that is kept: far more than anyone looks at, and less than an array holds.</summary>
    public const long MostBytes = 1 << 30;

    private const int Seed = 1;   // any number: the same images are taken each time

    private readonly Random _random = new(Seed);
    private readonly Thumbnail _thumbnail = new(thumbnailSize);
    private readonly List<Kept>[] _kept = [.. Enumerable.Range(0, label.ClassCount).Select(_ => new List<Kept>())];
    private readonly long[] _seen = new long[label.ClassCount];
    private readonly int _perClass = (int)Math.Ceiling(most / (double)Math.Max(1, label.ClassCount));
    private LeftOutRows? _leftOut;
    private long _bytes;

    /// <summary>Rows that were left out as their class is not known.</summary>
    public long Unlabelled { get; private set; }

    /// <summary>Rows that were left out as they have no image.</summary>
    public IEnumerable<LeftOutRows> LeftOut => _leftOut is { } rows ? [rows] : [];

    /// <summary>Samples them.</summary>
    /// <param name="cancellation">Stops it between two rows.</param>
    /// <returns>The images, class by class; null where there are none.</returns>
    /// <exception cref="InvalidOperationException">A row cannot be read, which the message names, or what is kept takes too much memory.</exception>
    public KeptImages? Sample(CancellationToken cancellation)
    {
        using var cursor = data.GetRowCursor([data.Schema[label.Name], image, embedding, .. LeftOutRows.Columns(data.Schema, image, embedding)]);
        _leftOut = new(cursor, image, embedding);
        var reader = new Reader(cursor, label, image, embedding);
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                Look(cursor, reader);
            }
            catch (Exception e) when (RowError.IsOfARow(e))
            {
                var error = RowError.Wrap(cursor.Position, e);
                RowText.AddTo(error, cursor, data);
                throw error;
            }
        }
        Kept[] all = [.. _kept.SelectMany(kept => kept)];
        return all.Length == 0 ? null : new(
            [.. Enumerable.Range(0, label.ClassCount).Select(label.NameOf)],
            [.. all.Select(kept => kept.Class)],
            [.. all.SelectMany(kept => kept.Direction)],
            [.. all.Select(kept => kept.Thumbnail)]);
    }

    /// <summary>What to say where there are too few.</summary>
    /// <param name="found">How many there are.</param>
    /// <param name="count">How many are to be named for each row.</param>
    public string TooFew(int found, int count)
        => found == 0 && LeftOutRows.NothingLeft(LeftOut, "The data to sample images from") is { } nothing ? nothing
            : Invariant($"NearestImages names {count} images for each row, and {found} could be kept: ")
                + (_seen.Any(seen => seen > _perClass)
                    ? Invariant($"of {label.ClassesText} at most {_perClass} each, as mostImages is {most}. Raise it, or ask for fewer (count).")
                    : Invariant($"the data has {_seen.Sum()} rows with a label and an image, and {Unlabelled} without a label. ")
                        + "Fit it on the rows that the network was trained on, or ask for fewer (count).");

    // Of the rows of a class each is kept with the same probability (reservoir sampling, Vitter's algorithm R).
    private void Look(DataViewRowCursor cursor, Reader reader)
    {
        if (reader.Class() is not { } @class)
        {
            Unlabelled++;
            return;
        }
        if (_leftOut!.IsToldBeside || !reader.ReadEmbedding())
        {
            _leftOut.Add(cursor.Position);
            return;
        }
        var (kept, seen) = (_kept[@class], _seen[@class]);
        var place = seen < _perClass ? (int)seen : _random.NextInt64(seen + 1) is var drawn && drawn < _perClass ? (int)drawn : -1;
        if (place >= 0)
        {
            if (reader.Image() is not { } shown)
            {
                _leftOut.Add(cursor.Position);   // of an image column of its own
                return;
            }
            Keep(kept, place, new(@class, reader.Direction(), _thumbnail.Of(shown)));
        }
        _seen[@class]++;
    }

    private void Keep(List<Kept> kept, int place, Kept entry)
    {
        _bytes += entry.Bytes;
        if (place == kept.Count)
            kept.Add(entry);
        else
        {
            _bytes -= kept[place].Bytes;
            kept[place] = entry;
        }
        if (_bytes > MostBytes)
            throw new InvalidOperationException(
                Invariant($"The images to keep take more than {MostBytes >> 20:N0} MB. Keep fewer (mostImages is {most}), or smaller ones (thumbnailSize)."));
    }

    private sealed class Kept(int @class, float[] direction, ReadOnlyMemory<byte> thumbnail)
    {
        public int Class => @class;

        public float[] Direction => direction;

        public ReadOnlyMemory<byte> Thumbnail => thumbnail;

        public long Bytes => Thumbnail.Length + ((long)Direction.Length * sizeof(float));
    }

    private sealed class Reader(DataViewRowCursor cursor, LabelColumn label, DataViewSchema.Column image, DataViewSchema.Column embedding)
    {
        private readonly ValueGetter<uint> _getLabel = cursor.GetGetter<uint>(cursor.Schema[label.Name]);
        private readonly ImageGetter _images = new(cursor, image);
        private readonly VectorReader _embedding = new(cursor, embedding, NearestColumns.Consequence);
        private readonly float[] _values = new float[VectorColumn.SizeOf(embedding)];
        private readonly bool _mayBeMissing = MissingRows.MayBeIn(image);

        public int? Class()
        {
            uint value = 0;
            _getLabel(ref value);
            return value == 0 ? null : (int)value - 1;
        }

        public bool ReadEmbedding() => _embedding.Read(_values, cursor.Position);

        public float[] Direction()
        {
            float[] direction = [.. _values];
            KeptImages.ToDirection(direction);
            return direction;
        }

        public MLImage? Image() => _images.Get() is { } shown ? shown
            : _mayBeMissing ? null
            : throw RowError.Naming(cursor.Position, $"Column '{image.Name}' has no image in row {cursor.Position} (counted from 0). Is its path empty?");
    }
}
