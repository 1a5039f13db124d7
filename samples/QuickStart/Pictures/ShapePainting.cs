using Shared.Painting;

namespace QuickStart.Pictures;

/// <summary>Shapes on a canvas.</summary>
internal static class ShapePainting
{
    /// <summary>Lays a shape over the picture, its edges smooth over one pixel.</summary>
    public static void Fill(this Canvas canvas, Shape shape, Rgb color, Pose pose)
        => canvas.Blend(color, (x, y) =>
        {
            var (u, v) = pose.ToShape(x, y);
            return Math.Clamp(0.5f - shape.Distance(u, v) * pose.Scale, 0, 1);
        });
}
