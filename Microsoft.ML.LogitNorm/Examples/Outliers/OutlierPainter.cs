using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Makes outliers of the training images of a step, for the whole batch at once and on its device.</summary>
/// <param name="kinds">What to make, one kind or several.</param>
internal sealed class OutlierPainter(SyntheticOutliers kinds)
{
    /// <summary>Tiles of a jigsaw along each side. No network takes smaller images, so that each tile has a pixel.</summary>
    internal const int TilesAcross = 4;

    private const int BlobsAcross = 4;

    private static readonly (SyntheticOutliers Kind, Func<Tensor, Tensor, long, Generator, Tensor> Paint)[] _painters =
    [
        (SyntheticOutliers.Jigsaws, Jigsaws),
        (SyntheticOutliers.Mixtures, Mixtures),
        (SyntheticOutliers.Noise, (images, _, count, generator) => Noise(images, count, generator)),
        (SyntheticOutliers.Blobs, (images, _, count, generator) => Blobs(images, count, generator)),
        (SyntheticOutliers.ShuffledPixels, (images, _, count, generator) => ShuffledPixels(images, count, generator)),
    ];

    private readonly Func<Tensor, Tensor, long, Generator, Tensor>[] _paint =
    [
        .. _painters.Where(painter => kinds.HasFlag(painter.Kind)).Select(painter => painter.Paint),
    ];

    /// <summary>Draws outliers; where they cannot be shared out evenly, chance decides which kind gets one more.</summary>
    /// <param name="images">[B, H, W, C], the step's training images.</param>
    /// <param name="labels">[B], their classes.</param>
    /// <param name="count">How many, K.</param>
    /// <param name="generator">Where randomness comes from, on the CPU.</param>
    /// <returns>[K, H, W, C], of the type of <paramref name="images"/>, in the caller's scope.</returns>
    public Tensor Paint(Tensor images, Tensor labels, long count, Generator generator)
    {
        using var scope = NewDisposeScope();
        var first = randint(0, _paint.Length, [1], dtype: int64, generator: generator).item<long>();
        var painted = new List<Tensor>();
        foreach (var (i, paint) in _paint.Index())
            if (ShareOf((i + first) % _paint.Length) is > 0 and var share)
                painted.Add(paint(images, labels, share, generator));
        return cat(painted).MoveToOuterDisposeScope();

        long ShareOf(long place) => (count + _paint.Length - 1 - place) / _paint.Length;
    }

    private static Tensor Jigsaws(Tensor images, Tensor labels, long count, Generator generator)
    {
        var pieces = Picked(images, count, generator);   // [K, H, W, C]
        var (height, width, channels) = (pieces.shape[1] / TilesAcross, pieces.shape[2] / TilesAcross, pieces.shape[3]);
        var area = pieces.narrow(1, 0, TilesAcross * height).narrow(2, 0, TilesAcross * width);   // what does not fill a tile stays where it is
        var tiles = area.reshape(count, TilesAcross, height, TilesAcross, width, channels)
            .permute(0, 1, 3, 2, 4, 5)
            .reshape(count, TilesAcross * TilesAcross, height * width * channels);
        var order = rand([count, TilesAcross * TilesAcross], float32, generator: generator).argsort(1).to(images.device).unsqueeze(2);   // [K, 16, 1]
        var moved = tiles.gather(1, order.expand(-1, -1, tiles.shape[2]))
            .view(count, TilesAcross, TilesAcross, height, width, channels)
            .permute(0, 1, 3, 2, 4, 5)
            .reshape(count, TilesAcross * height, TilesAcross * width, channels);
        area.copy_(moved);   // the picked images are a copy already
        return pieces;
    }

    private static Tensor Mixtures(Tensor images, Tensor labels, long count, Generator generator)
    {
        var rows = Rows(images, count, generator);   // [K]
        // The partner is whichever image of another class draws the highest number; those of the same class have −1.
        var same = labels.index_select(0, rows).unsqueeze(1).eq(labels.unsqueeze(0));   // [K, B]
        var draws = rand([count, images.shape[0]], float32, generator: generator).to(images.device).Filled(same, -1);
        var partners = images.index_select(0, draws.argmax(1)).to(float32);
        // A batch may be of one class alone: its images are then mixed with noise.
        var lonely = same.all(1).view(-1, 1, 1, 1);
        var others = Noise(images, count, generator).to(float32).where(lonely, partners);
        return Like(images, images.index_select(0, rows).to(float32).Plus(others).Times(0.5));
    }

    private static Tensor Noise(Tensor images, long count, Generator generator)
        => InRange(images, rand([count, images.shape[1], images.shape[2], images.shape[3]], float32, generator: generator).to(images.device));

    private static Tensor Blobs(Tensor images, long count, Generator generator)
    {
        var small = rand([count, images.shape[3], BlobsAcross, BlobsAcross], float32, generator: generator).to(images.device);
        return InRange(images, Stretched(Stretched(small, 3, images.shape[2]), 2, images.shape[1]).permute(0, 2, 3, 1));
    }

    private static Tensor ShuffledPixels(Tensor images, long count, Generator generator)
    {
        var pieces = Picked(images, count, generator);
        var pixels = pieces.shape[1] * pieces.shape[2];
        // One order for all of them: to sort as many numbers for each would cost more than all the rest.
        var order = randperm(pixels, int64, generator: generator).to(images.device);
        return pieces.view(count, pixels, -1).index_select(1, order).view(pieces.shape);
    }

    private static Tensor Picked(Tensor images, long count, Generator generator) => images.index_select(0, Rows(images, count, generator));

    private static Tensor Rows(Tensor images, long count, Generator generator)
        => randint(0, images.shape[0], [count], dtype: int64, generator: generator).to(images.device);

    // From [0, 1] to the values that the step's images have.
    private static Tensor InRange(Tensor images, Tensor unit)
    {
        var (low, high) = (images.min().to(float32), images.max().to(float32));
        return Like(images, low.PlusProduct(unit, high - low));
    }

    private static Tensor Like(Tensor images, Tensor values) => images.dtype == ScalarType.Byte ? values.round().to(ScalarType.Byte) : values;

    // Linear interpolation along one dimension, whose ends stay at the ends.
    private static Tensor Stretched(Tensor values, int dimension, long size)
    {
        var last = values.shape[dimension] - 1;
        var position = TensorArithmetic.Range(size, float32, values.device).Times(size > 1 ? last / (double)(size - 1) : 0);   // [size]
        var before = position.floor().Within(0, last - 1.0);
        var share = (position - before).view([size, .. Enumerable.Repeat(1L, (int)values.dim() - 1 - dimension)]);
        var left = values.index_select(dimension, before.to(int64));
        var right = values.index_select(dimension, before.to(int64).Plus(1L));
        return left.PlusProduct(share, right - left);
    }
}
