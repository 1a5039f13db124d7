using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="Augmentation.RandomResizedCrop"/>
/// <remarks>Each part is a window of the image (<see cref="CropWindow"/>); all of them are looked up and enlarged in one sampling of the batch.</remarks>
internal sealed record RandomResizedCropAugmentation(double MinScale, double MaxScale, double MinRatio, double MaxRatio, bool Flip) : Augmentation
{
    private const double UsualMinRatio = 3 / 4.0, UsualMaxRatio = 4 / 3.0;

    public double MinScale { get; } = MinScale > 0 && MinScale <= MaxScale
        ? MinScale
        : throw new ArgumentOutOfRangeException("minScale", MinScale, "The smallest share of the area is above 0 and at most the largest, such as 0.35.");

    public double MaxScale { get; } = MaxScale <= 1
        ? MaxScale
        : throw new ArgumentOutOfRangeException("maxScale", MaxScale, "The largest share of the area is at most 1, the whole image.");

    public double MinRatio { get; } = MinRatio > 0 && MinRatio <= MaxRatio
        ? MinRatio
        : throw new ArgumentOutOfRangeException("minRatio", MinRatio, "The smallest width over height is above 0 and at most the largest, such as 0.75.");

    public double MaxRatio { get; } = double.IsFinite(MaxRatio)
        ? MaxRatio
        : throw new ArgumentOutOfRangeException("maxRatio", MaxRatio, "The largest width over height is a finite number, such as 1.33.");

    public override string ToString()
    {
        var ratio = (MinRatio, MaxRatio) == (UsualMinRatio, UsualMaxRatio)
            ? ""
            : Invariant($", minRatio: {MinRatio}, maxRatio: {MaxRatio}");
        return Invariant($"RandomResizedCrop({MinScale}, {MaxScale}{ratio}{(Flip ? "" : ", flip: false")})");
    }

    internal override Tensor Gather(Tensor pixels, Tensor rows, AugmentationContext context)
    {
        using var scope = NewDisposeScope();
        var (batch, height, width) = (rows.shape[0], pixels.shape[1], pixels.shape[2]);
        var numbers = rand([batch, CropWindow.Numbers], float64, generator: context.Generator).data<double>().ToArray();
        var places = numbers.Chunk(CropWindow.Numbers).SelectMany(own => CropWindow.Draw(new(own), this, height, width).Matrix(height, width));
        var planes = pixels.index_select(0, rows).to(float32).permute(0, 3, 1, 2);   // [B, C, H, W]
        var matrices = tensor(places.ToArray(), device: pixels.device).view(-1, 2, 3);
        var grid = functional.affine_grid(matrices, planes.shape, align_corners: false);   // [B, H, W, 2]
        // Half a pixel beyond the border is the border's.
        var crops = functional.grid_sample(planes, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Border, align_corners: false).permute(0, 2, 3, 1);
        return (pixels.is_floating_point() ? crops : crops.round()).to(pixels.dtype).contiguous().MoveToOuterDisposeScope();
    }
}
