namespace QuickStart.Pictures;

/// <summary>A shape in the plane, given by its signed distance: negative inside, positive outside.</summary>
/// <remarks>Distances make smooth edges without a graphics library, so a shape's pixels are the same on every machine.</remarks>
internal abstract record Shape
{
    public abstract float Distance(float x, float y);

    /// <summary>A round-ended line through points x₀, y₀, x₁, y₁ …</summary>
    public static Shape Line(float halfWidth, params float[] points) => new LineShape(halfWidth, points);

    /// <summary>A part of a circle's outline; angles in degrees, 0 = right, 90 = down.</summary>
    public static Shape Arc(float halfWidth, float centerX, float centerY, float radius, float from, float to)
    {
        const int Steps = 12;
        var points = new float[2 * (Steps + 1)];
        for (var i = 0; i <= Steps; i++)
        {
            var angle = (from + (to - from) * i / Steps) * MathF.PI / 180;
            points[2 * i] = centerX + radius * MathF.Cos(angle);
            points[2 * i + 1] = centerY + radius * MathF.Sin(angle);
        }

        return new LineShape(halfWidth, points);
    }

    public static Shape Disc(float centerX, float centerY, float radius) => new DiscShape(centerX, centerY, radius);

    /// <summary>A filled polygon with corners x₀, y₀, x₁, y₁ …, its corners rounded by <paramref name="rounding"/>.</summary>
    public static Shape Polygon(float rounding, params float[] corners) => new PolygonShape(rounding, corners);

    /// <summary>A filled polygon with equal sides around the origin.</summary>
    /// <param name="turn">Degrees by which it is turned; at 0 a corner points right.</param>
    public static Shape RegularPolygon(int sides, float radius, float turn, float rounding)
    {
        var corners = new float[2 * sides];
        for (var i = 0; i < sides; i++)
        {
            var angle = (turn + 360f * i / sides) * MathF.PI / 180;
            corners[2 * i] = (radius - rounding) * MathF.Cos(angle);
            corners[2 * i + 1] = (radius - rounding) * MathF.Sin(angle);
        }

        return new PolygonShape(rounding, corners);
    }

    public static Shape Union(params Shape[] parts) => new UnionShape(parts);

    private static float SegmentDistanceSquared(float x, float y, float ax, float ay, float bx, float by)
    {
        float dx = bx - ax, dy = by - ay, px = x - ax, py = y - ay;
        var length = dx * dx + dy * dy;
        var along = length > 0 ? Math.Clamp((px * dx + py * dy) / length, 0, 1) : 0;
        float ex = px - along * dx, ey = py - along * dy;
        return ex * ex + ey * ey;
    }

    private sealed record LineShape(float HalfWidth, float[] Points) : Shape
    {
        public override float Distance(float x, float y)
        {
            var nearest = float.MaxValue;
            for (var i = 0; i + 3 < Points.Length; i += 2)
                nearest = MathF.Min(nearest, SegmentDistanceSquared(x, y, Points[i], Points[i + 1], Points[i + 2], Points[i + 3]));
            return MathF.Sqrt(nearest) - HalfWidth;
        }
    }

    private sealed record DiscShape(float CenterX, float CenterY, float Radius) : Shape
    {
        public override float Distance(float x, float y)
            => MathF.Sqrt((x - CenterX) * (x - CenterX) + (y - CenterY) * (y - CenterY)) - Radius;
    }

    private sealed record PolygonShape(float Rounding, float[] Corners) : Shape
    {
        public override float Distance(float x, float y)
        {
            var nearest = float.MaxValue;
            var inside = false;
            var last = Corners.Length - 2;
            for (var i = 0; i < Corners.Length; last = i, i += 2)
            {
                float ax = Corners[i], ay = Corners[i + 1], bx = Corners[last], by = Corners[last + 1];
                nearest = MathF.Min(nearest, SegmentDistanceSquared(x, y, ax, ay, bx, by));
                if (ay > y != by > y && x < (bx - ax) * (y - ay) / (by - ay) + ax)
                    inside = !inside;
            }

            var distance = MathF.Sqrt(nearest);
            return (inside ? -distance : distance) - Rounding;
        }
    }

    private sealed record UnionShape(Shape[] Parts) : Shape
    {
        public override float Distance(float x, float y)
        {
            var nearest = float.MaxValue;
            foreach (var part in Parts)
                nearest = MathF.Min(nearest, part.Distance(x, y));
            return nearest;
        }
    }
}
