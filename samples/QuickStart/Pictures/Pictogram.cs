using static QuickStart.Pictures.Shape;

namespace QuickStart.Pictures;

/// <summary>What is drawn on a sign's plate, and nothing else, tells its kind: in the square [−1, 1]², y pointing down.</summary>
/// <remarks>No kind is another kind's mirror image, so training may flip the pictures.</remarks>
internal sealed record Pictogram(string Kind, Shape Shape)
{
    private const float Thick = 0.17f;

    /// <summary>The eight kinds of sign that a network learns.</summary>
    public static IReadOnlyList<Pictogram> Known { get; } =
    [
        new("ahead-only", Union(Line(Thick, 0, 0.8f, 0, -0.3f), Polygon(0.06f, 0, -0.9f, 0.55f, -0.15f, -0.55f, -0.15f))),
        new("bends", Line(Thick, -0.35f, 0.8f, -0.35f, 0.45f, 0.35f, 0.15f, 0.35f, -0.15f, -0.35f, -0.45f, -0.35f, -0.8f)),
        new("bicycles", Union(
            Arc(0.12f, -0.52f, 0.3f, 0.36f, 0, 360), Arc(0.12f, 0.52f, 0.3f, 0.36f, 0, 360),
            Line(0.1f, -0.52f, 0.3f, -0.18f, -0.3f, 0.35f, -0.3f, 0.52f, 0.3f), Line(0.1f, -0.18f, -0.3f, 0.05f, 0.3f, 0.35f, -0.3f, 0.28f, -0.6f))),
        new("crossroads", Union(Line(Thick, 0, -0.8f, 0, 0.8f), Line(Thick, -0.8f, 0, 0.8f, 0))),
        new("danger", Union(Line(0.2f, 0, -0.72f, 0, 0.1f), Disc(0, 0.68f, 0.24f))),
        new("no-stopping", Union(Line(Thick, -0.65f, -0.65f, 0.65f, 0.65f), Line(Thick, -0.65f, 0.65f, 0.65f, -0.65f))),
        new("pedestrians", Union(
            Disc(0, -0.68f, 0.24f), Line(0.14f, 0, -0.35f, 0, 0.2f), Line(0.11f, -0.5f, 0.05f, 0, -0.3f, 0.5f, 0.05f),
            Line(0.13f, -0.4f, 0.85f, 0, 0.2f, 0.4f, 0.85f))),
        new("traffic-lights", Union(Disc(0, -0.62f, 0.27f), Disc(0, 0, 0.27f), Disc(0, 0.62f, 0.27f))),
    ];

    /// <summary>Five kinds of sign that a network never sees in training: near out-of-distribution.</summary>
    public static IReadOnlyList<Pictogram> Unseen { get; } =
    [
        new("fork", Union(Line(Thick, 0, 0.8f, 0, 0.15f), Line(Thick, -0.6f, -0.75f, 0, 0.15f, 0.6f, -0.75f))),
        new("hump", Union(Line(0.13f, -0.85f, 0.45f, 0.85f, 0.45f), Polygon(0.08f, -0.6f, 0.4f, -0.42f, -0.05f, 0, -0.3f, 0.42f, -0.05f, 0.6f, 0.4f))),
        new("no-entry", Line(0.24f, -0.62f, 0, 0.62f, 0)),
        new("parking", Union(Line(Thick, -0.35f, -0.75f, -0.35f, 0.8f), Line(Thick, -0.35f, -0.75f, 0.1f, -0.75f), Line(Thick, -0.35f, 0.1f, 0.1f, 0.1f),
            Arc(Thick, 0.1f, -0.325f, 0.425f, -90, 90))),
        new("roundabout", Union(
            Arc(0.14f, 0, 0, 0.58f, -60, 20), Arc(0.14f, 0, 0, 0.58f, 60, 140), Arc(0.14f, 0, 0, 0.58f, 180, 260),
            Disc(0.5f, 0.3f, 0.24f), Disc(-0.51f, 0.28f, 0.24f), Disc(0.01f, -0.58f, 0.24f))),
    ];
}
