using Shared.Painting;
using static QuickStart.Pictures.Difficulty;

namespace QuickStart.Pictures;

/// <summary>Paints one picture of a sign: background, plate, pictogram, then whatever spoils a photograph.</summary>
/// <remarks>Plate, colours, pose, background, light, blur and noise are drawn from the same distributions for every kind.</remarks>
internal static class SignPainter
{
    public const int Size = 32;

    // A plate's shape with radius 1, and how much room it has for the pictogram.
    private static readonly (Shape Shape, Shape Inner, float Room)[] Plates =
    [
        (Shape.Disc(0, 0, 1), Shape.Disc(0, 0, 0.86f), 0.68f),
        (Shape.RegularPolygon(4, 1.22f, 45, 0.2f), Shape.RegularPolygon(4, 1.03f, 45, 0.12f), 0.66f),
        (Shape.RegularPolygon(4, 1.25f, 0, 0.2f), Shape.RegularPolygon(4, 1.06f, 0, 0.12f), 0.56f),
        (Shape.RegularPolygon(8, 1.04f, 22.5f, 0.05f), Shape.RegularPolygon(8, 0.89f, 22.5f, 0.04f), 0.68f),
        (Shape.RegularPolygon(6, 1.1f, 90, 0.1f), Shape.RegularPolygon(6, 0.93f, 90, 0.08f), 0.64f),
    ];

    public static Canvas Paint(Pictogram pictogram, SeededRandom random)
    {
        var canvas = new Canvas(Size);
        Background.Paint(canvas, random);

        var (plate, inner, room) = random.Pick(Plates);
        var plateColor = Rgb.Random(random);
        var inkColor = Rgb.RandomAgainst(plateColor, MinContrast, random);
        var pose = RandomPose(random);
        var rim = random.Chance(0.5f) ? inkColor : random.Chance(0.5f) ? Rgb.Random(random) : plateColor;
        canvas.Fill(plate, rim, pose);
        canvas.Fill(inner, plateColor, pose);
        canvas.Fill(pictogram.Shape, inkColor, pose with { Scale = pose.Scale * room });

        if (random.Chance(OcclusionChance))
            Occlude(canvas, pose, random);
        Photograph(canvas, random);
        return canvas;
    }

    /// <summary>Uneven light, blur and noise: what a camera adds to every picture, known or not.</summary>
    public static void Photograph(Canvas canvas, SeededRandom random)
    {
        var angle = random.Between(0, MathF.Tau);
        float dx = MathF.Cos(angle), dy = MathF.Sin(angle), depth = random.Between(0, 0.4f), level = random.Between(0.75f, 1.05f);
        canvas.Light((x, y) => level * (1 - depth * (0.5f + ((x - Size / 2) * dx + (y - Size / 2) * dy) / (1.5f * Size))));
        canvas.Blur(random.Between(MinBlur, MaxBlur));
        canvas.AddNoise(random.Between(MinNoise, MaxNoise), random);
    }

    private static Pose RandomPose(SeededRandom random)
    {
        var radius = random.Between(MinRadius, MaxRadius);
        var slack = Size / 2 - radius + 1.5f;   // up to 1.5 pixels of the plate may leave the picture
        return new(
            Size / 2 + random.Between(-slack, slack),
            Size / 2 + random.Between(-slack, slack),
            radius,
            random.Between(-MaxTurn, MaxTurn),
            random.Between(1 - MaxStretch, 1 + MaxStretch));
    }

    // A leaf or a lamp post over the sign's rim.
    private static void Occlude(Canvas canvas, Pose sign, SeededRandom random)
    {
        var angle = random.Between(0, MathF.Tau);
        var away = sign.Scale * random.Between(0.55f, 0.95f);
        var at = new Pose(sign.CenterX + away * MathF.Cos(angle), sign.CenterY + away * MathF.Sin(angle), 1, random.Between(0, 180));
        var shape = random.Chance(0.5f)
            ? Shape.Disc(0, 0, random.Between(2, 4.5f))
            : Shape.Line(random.Between(0.8f, 1.8f), -Size, 0, Size, 0);
        canvas.Fill(shape, Rgb.Random(random), at);
    }
}
