namespace QuickStart.Pictures;

/// <summary>Where a shape lies in the picture: turned, stretched along its own x axis, scaled, then moved.</summary>
/// <param name="CenterX">Where the shape's origin lies, in pixels.</param>
/// <param name="CenterY">Where the shape's origin lies, in pixels.</param>
/// <param name="Scale">Pixels per unit of the shape.</param>
/// <param name="Turn">Degrees, clockwise.</param>
/// <param name="Stretch">1 keeps the shape; more makes it wider.</param>
internal readonly record struct Pose(float CenterX, float CenterY, float Scale, float Turn = 0, float Stretch = 1)
{
    private readonly float _cos = MathF.Cos(Turn * MathF.PI / 180);
    private readonly float _sin = MathF.Sin(Turn * MathF.PI / 180);

    /// <summary>The point of the shape that is seen at a point of the picture.</summary>
    public (float U, float V) ToShape(float x, float y)
    {
        float dx = (x - CenterX) / Scale, dy = (y - CenterY) / Scale;
        return ((dx * _cos + dy * _sin) / Stretch, dy * _cos - dx * _sin);
    }
}
