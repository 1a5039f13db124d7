using Shared.Painting;

namespace LogitNormTool.Tests;

/// <summary>Photos that a pretrained network tells apart: stripes that lie, and stripes that stand; dots belong to neither.</summary>
internal static class PaintedPhotos
{
    private const int Size = 48;

    public static TemporaryFolder WithStripes(this TemporaryFolder folder, string root, int count, int first = 0)
    {
        for (var i = first; i < first + count; i++)
        {
            var number = i;
            folder.Paint($"{root}/lying/{i}.png", i, noise => PatternPainter.Lying(Size, number, noise));
            folder.Paint($"{root}/standing/{i}.png", i, noise => PatternPainter.Standing(Size, number, noise));
        }
        return folder;
    }

    public static TemporaryFolder WithDots(this TemporaryFolder folder, string root, int count)
    {
        for (var i = 0; i < count; i++)
            folder.Paint($"{root}/{i}.png", i, noise => PatternPainter.Dots(Size, noise));
        return folder;
    }

    private static void Paint(this TemporaryFolder folder, string name, int seed, Func<SeededRandom, Canvas> paint)
        => folder.Write(name, paint(new(seed, name)).EncodePng());
}
