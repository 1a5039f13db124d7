using Shared.Painting;

namespace Snippets;

/// <summary>Images to run the programs on, in the folders that they look for: lying and standing stripes; dots are strangers.</summary>
internal static class PaintedImages
{
    private const int Size = 32;

    /// <summary>Paints them into the working directory, unless they are there.</summary>
    public static void Write()
    {
        if (File.Exists("thing.png"))
            return;
        Stripes("photos", 30);
        Stripes("held-out", 36);
        Stripes("test", 10);
        Dots("strangers", 12);
        Camera("door", 40, blur: 0);
        Camera("yard", 40, blur: 0.8f);
        for (var week = 1; week <= 4; week++)
            Week($"weeks/{week}", known: 30, strangers: week == 4 ? 10 : 1);
        Week("unlabelled", known: 30, strangers: 5);
        Save("thing.png", noise => PatternPainter.Dots(Size, noise));   // last: without it all is painted anew
    }

    private static void Stripes(string folder, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Save($"{folder}/lying/{i}.png", noise => PatternPainter.Lying(Size, i, noise));
            Save($"{folder}/standing/{i}.png", noise => PatternPainter.Standing(Size, i, noise));
        }
    }

    private static void Dots(string folder, int count)
    {
        for (var i = 0; i < count; i++)
            Save($"{folder}/dots-{i}.png", noise => PatternPainter.Dots(Size, noise));
    }

    private static void Camera(string name, int count, float blur)
    {
        for (var i = 0; i < count; i++)
            Save($"cameras/{name}/{i}.png", noise =>
            {
                var canvas = PatternPainter.Lying(Size, i, noise);
                if (blur > 0)
                    canvas.Blur(blur);
                return canvas;
            });
    }

    private static void Week(string folder, int known, int strangers)
    {
        for (var i = 0; i < known; i++)
            Save($"{folder}/standing-{i}.png", noise => PatternPainter.Standing(Size, i, noise));
        Dots(folder, strangers);
    }

    private static void Save(string path, Func<SeededRandom, Canvas> paint)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllBytes(path, paint(new(seed: 1, path)).EncodePng());
    }
}
