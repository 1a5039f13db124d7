using Shared.Painting;

namespace QuickStart.Pictures;

/// <summary>What is seen behind a sign: one colour, a gradient, or clutter.</summary>
internal static class Background
{
    public static void Paint(Canvas canvas, SeededRandom random)
    {
        Rgb from = Rgb.Random(random), to = random.Chance(0.3f) ? from : Rgb.Random(random);
        var angle = random.Between(0, MathF.Tau);
        float dx = MathF.Cos(angle), dy = MathF.Sin(angle), middle = canvas.Size / 2f;
        canvas.Paint((x, y) => from.Mix(to, Math.Clamp(0.5f + ((x - middle) * dx + (y - middle) * dy) / canvas.Size, 0, 1)));
        if (random.Chance(0.5f))
            Clutter(canvas, random);
    }

    private static void Clutter(Canvas canvas, SeededRandom random)
    {
        for (var left = 3 + random.Below(6); left > 0; left--)
        {
            var pose = new Pose(random.Between(0, canvas.Size), random.Between(0, canvas.Size), 1, random.Between(0, 360), random.Between(0.5f, 2));
            Shape shape = random.Below(3) switch
            {
                0 => Shape.Disc(0, 0, random.Between(1.5f, 6)),
                1 => Shape.Line(random.Between(0.4f, 1.6f), -random.Between(2, 14), 0, random.Between(2, 14), random.Between(-4, 4)),
                _ => Shape.RegularPolygon(3 + random.Below(3), random.Between(2, 8), random.Between(0, 90), 0),
            };
            canvas.Fill(shape, Rgb.Random(random), pose);
        }
    }
}
