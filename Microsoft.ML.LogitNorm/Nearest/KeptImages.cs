using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Training images that are kept to be shown, and where they lie in the space of the embedding.</summary>
internal sealed class KeptImages
{
    private const string Directions = "Directions", Labels = "Labels", Ends = "Ends", Thumbnails = "Thumbnails";

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private readonly float[] _directions;   // row by row, each of length 1, or 0
    private readonly int[] _labels;   // classes, counted from 0

    /// <param name="classes">The names of the classes.</param>
    /// <param name="labels">The class of each image, counted from 0.</param>
    /// <param name="directions">The direction of each image's embedding, one behind the other; see <see cref="ToDirection"/>.</param>
    /// <param name="thumbnails">Each image, as a PNG file.</param>
    public KeptImages(IReadOnlyList<string> classes, int[] labels, float[] directions, IReadOnlyList<ReadOnlyMemory<byte>> thumbnails)
    {
        (Classes, _labels, _directions, EmbeddingSize) = (classes, labels, directions, directions.Length / labels.Length);
        Images = [.. labels.Zip(thumbnails, (label, thumbnail) => new NearestImage(classes[label], thumbnail))];
    }

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The images.</summary>
    public IReadOnlyList<NearestImage> Images { get; }

    /// <summary>Numbers of an embedding.</summary>
    public int EmbeddingSize { get; }

    /// <summary>Looks for the images nearest to another.</summary>
    /// <param name="embedding">The other's embedding; becomes its direction.</param>
    /// <param name="numbers">Gets their numbers, the nearest first; of those that are as near, the first.</param>
    /// <param name="similarities">Gets the cosines of the angles between the embeddings, in [−1, 1]; 0 where one of them is 0.</param>
    public void FindNearest(Span<float> embedding, Span<int> numbers, Span<float> similarities)
    {
        ToDirection(embedding);
        similarities.Fill(float.NegativeInfinity);
        for (var i = 0; i < _labels.Length; i++)
        {
            var similarity = Math.Clamp(Dot(embedding, DirectionOf(i)), -1, 1);
            var place = similarities.Length;
            while (place > 0 && similarity > similarities[place - 1])
                place--;
            if (place == similarities.Length)
                continue;
            similarities[place..^1].CopyTo(similarities[(place + 1)..]);
            numbers[place..^1].CopyTo(numbers[(place + 1)..]);
            (similarities[place], numbers[place]) = (similarity, i);
        }
    }

    /// <summary>Makes an embedding as long as 1, so that products are cosines; one that is 0 stays so.</summary>
    public static void ToDirection(Span<float> embedding)
    {
        var squares = 0.0;
        foreach (var value in embedding)
            squares += (double)value * value;
        if (squares == 0)
            return;
        var scale = 1 / Math.Sqrt(squares);
        foreach (ref var value in embedding)
            value = (float)(value * scale);
    }

    /// <summary>The images as tensors, in the caller's scope.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> ToTensors()
    {
        var end = 0L;
        long[] ends = [.. Images.Select(image => end += image.Thumbnail.Length)];
        byte[] thumbnails = [.. Images.SelectMany(image => image.Thumbnail.ToArray())];
        return
        [
            (Directions, tensor(_directions, [_labels.Length, EmbeddingSize])),
            (Labels, tensor(_labels)),
            (Ends, tensor(ends)),
            (Thumbnails, tensor(thumbnails)),
        ];
    }

    /// <summary>Reads what <see cref="ToTensors"/> has given.</summary>
    /// <param name="file">The file.</param>
    /// <param name="classes">The names of the classes.</param>
    /// <param name="fewest">How many there must be.</param>
    /// <exception cref="InvalidDataException">It holds something else, or fewer.</exception>
    public static KeptImages Read(TensorFile file, IReadOnlyList<string> classes, int fewest)
    {
        if (file.Entries.FirstOrDefault(entry => entry.Name == Directions) is not { Shape: [> 0 and var rows, > 0 and var size] }
            || file.Entries.FirstOrDefault(entry => entry.Name == Thumbnails) is not { Shape: [var bytes] })
            throw new InvalidDataException($"it holds no images: {string.Join(", ", file.Entries.Take(5))}.");
        if (((Int128)rows * size * sizeof(float)) + bytes > ImageSampling.MostBytes)
            throw new InvalidDataException(Invariant($"{rows:N0} images of {bytes:N0} bytes in all are more than are kept."));
        if (rows < fewest)
            throw new InvalidDataException(Invariant($"it holds {rows:N0} images, and {fewest:N0} are to be named for each row."));
        using var scope = NewDisposeScope();
        file.Check(
        [
            (Directions, empty([rows, size], float32, META)),
            (Labels, empty([rows], int32, META)),
            (Ends, empty([rows], int64, META)),
            (Thumbnails, empty([bytes], uint8, META)),
        ]);
        var tensors = file.ReadAll(finite: true);
        try
        {
            int[] labels = [.. tensors[Labels].data<int>()];
            if (Array.Find(labels, label => label < 0 || label >= classes.Count) is var wrong && (wrong < 0 || wrong >= classes.Count))
                throw new InvalidDataException(Invariant($"class {wrong} is none of the {classes.Count} classes, counted from 0."));
            var directions = tensors[Directions].data<float>().ToArray();
            CheckDirections(directions, (int)size);
            return new(classes, labels, directions, Cut(tensors[Thumbnails].data<byte>().ToArray(), tensors[Ends].data<long>()));
        }
        finally
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
        }
    }

    private static void CheckDirections(float[] directions, int size)
    {
        for (var start = 0; start < directions.Length; start += size)
        {
            var squares = Dot(directions.AsSpan(start, size), directions.AsSpan(start, size));
            if (squares != 0 && Math.Abs(squares - 1) > 1e-3)
                throw new InvalidDataException(Invariant($"the direction of image {start / size} has the length {Math.Sqrt(squares)}, and 1 is expected."));
        }
    }

    private static List<ReadOnlyMemory<byte>> Cut(ReadOnlyMemory<byte> bytes, IEnumerable<long> ends)
    {
        var (parts, start) = (new List<ReadOnlyMemory<byte>>(), 0L);
        foreach (var end in ends)
        {
            if (end < start || end > bytes.Length || !bytes.Span[(int)start..(int)end].StartsWith(PngSignature))
                throw new InvalidDataException(Invariant($"the bytes from {start:N0} to {end:N0} are no PNG file."));
            parts.Add(bytes[(int)start..(int)end]);
            start = end;
        }
        return start == bytes.Length ? parts : throw new InvalidDataException(Invariant($"there are {bytes.Length - start:N0} bytes behind the last image."));
    }

    private ReadOnlySpan<float> DirectionOf(int image) => _directions.AsSpan(image * EmbeddingSize, EmbeddingSize);

    private static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var sum = 0f;
        for (var i = 0; i < left.Length; i++)
            sum += left[i] * right[i];
        return sum;
    }
}
