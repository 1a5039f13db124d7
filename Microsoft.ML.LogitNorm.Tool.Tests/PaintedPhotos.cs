using Shared.Painting;

namespace LogitNormTool.Tests;

/// <summary>Photos that a pretrained network tells apart: stripes that lie, and stripes that stand; dots belong to neither.</summary>
internal static class PaintedPhotos
{
    public static TemporaryFolder WithStripes(this TemporaryFolder folder, string root, int count, int first = 0)
    {
        for (var i = first; i < first + count; i++)
        {
            var (width, number) = (3 + (i % 5), i);
            folder.Paint($"{root}/lying/{i}.png", number, (_, y) => (int)(y / width) % 2);
            folder.Paint($"{root}/standing/{i}.png", number, (x, _) => (int)(x / width) % 2);
        }
        return folder;
    }

    public static TemporaryFolder WithDots(this TemporaryFolder folder, string root, int count)
    {
        for (var i = 0; i < count; i++)
            folder.Paint($"{root}/{i}.png", i, (x, y) => ((int)(x / 6) + (int)(y / 6)) % 2 == 0 && (int)(x / 6) % 3 == 0 ? 1 : 0);
        return folder;
    }

    private static void Paint(this TemporaryFolder folder, string name, int seed, Func<float, float, float> brightness)
    {
        var canvas = new Canvas(48);
        canvas.Paint((x, y) => (0.2f + (0.6f * brightness(x, y))) is var level ? new(level, level, level) : default);
        canvas.AddNoise(0.1f, new(seed, name));
        folder.Write(name, canvas.EncodePng());
    }
}
