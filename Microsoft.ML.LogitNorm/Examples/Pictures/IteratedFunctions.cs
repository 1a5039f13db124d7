namespace Microsoft.ML.LogitNorm;

/// <summary>
/// An iterated function system: some contracting maps of the plane, each with a colour. A point that takes one of them at random, again and again, wanders over
/// a fractal.
/// </summary>
/// <remarks>
/// The maps are x ↦ v(R(α) diag(s₁, s₂) R(β) x + b) with singular values below 1, so that no point runs away, and v the identity, a sine or a swirl, for
/// all maps of a system. Singular values rather than raw coefficients, as in Anderson and Farrell, "Improving Fractal Pre-training", WACV 2022, arXiv
/// 2110.03091; v and the colours, of which a point keeps half with each step, as in Draves and Reckase, "The Fractal Flame Algorithm", 2003.
/// </remarks>
internal sealed class IteratedFunctions
{
    // Until a point that began anywhere is on the fractal, as near as a pixel.
    private const int Settling = 30;
    private const int FramePoints = 600;

    // So many deviations to each side: nearly the whole fractal, its dense part large.
    private const double FrameWidth = 1.9;

    private readonly Map[] _maps;
    private readonly double[] _thresholds;   // cumulative probabilities
    private readonly Variation _variation;
    private Point _point;

    private IteratedFunctions(PictureRandom random)
    {
        _variation = (Variation)random.Next(3);
        _maps = [.. Enumerable.Range(0, 2 + random.Next(4)).Select(_ => Map.Draw(random))];
        // By area, as each map then covers its part of the fractal evenly; thin ones now and then.
        double[] weights = [.. _maps.Select(map => Math.Max(0.05, map.Area))];
        var (sum, total) = (0.0, weights.Sum());
        _thresholds = [.. weights.Select(weight => (sum += weight) / total)];
        for (var i = 0; i < Settling; i++)
            Step(random);
        (Left, Right, Top, Bottom) = Frame(random);
    }

    private enum Variation
    {
        Linear,
        Sine,
        Swirl,
    }

    // Maps that together cover little of what they map leave gaps between them, and gaps in each part.
    private bool IsFull => _maps.Sum(map => map.Area) > 0.7 && Math.Min(Right - Left, Bottom - Top) > 0.2;

    /// <summary>The part of the plane to paint.</summary>
    public double Left { get; }

    /// <inheritdoc cref="Left"/>
    public double Right { get; }

    /// <inheritdoc cref="Left"/>
    public double Top { get; }

    /// <inheritdoc cref="Left"/>
    public double Bottom { get; }

    /// <summary>Draws a system whose fractal is more than a point, a line or scattered dust.</summary>
    public static IteratedFunctions Draw(PictureRandom random)
    {
        const int Tries = 20;
        for (var i = 1; ; i++)
        {
            var drawn = new IteratedFunctions(random);
            if (i == Tries || drawn.IsFull)
                return drawn;
        }
    }

    /// <summary>The next point.</summary>
    public Point Step(PictureRandom random)
    {
        var (choice, number) = (random.Next(), 0);
        while (number < _maps.Length - 1 && choice >= _thresholds[number])
            number++;
        var map = _maps[number];
        var x = (map.Xx * _point.X) + (map.Xy * _point.Y) + map.X;
        var y = (map.Yx * _point.X) + (map.Yy * _point.Y) + map.Y;
        if (_variation == Variation.Sine)
            (x, y) = (Math.Sin(x), Math.Sin(y));
        else if (_variation == Variation.Swirl)
        {
            var (sin, cos) = Math.SinCos((x * x) + (y * y));
            (x, y) = ((x * sin) - (y * cos), (x * cos) + (y * sin));
        }
        return _point = new(
            x, y, (float)((_point.Red + map.Red) / 2), (float)((_point.Green + map.Green) / 2), (float)((_point.Blue + map.Blue) / 2));
    }

    private (double Left, double Right, double Top, double Bottom) Frame(PictureRandom random)
    {
        double sumX = 0, sumY = 0, squaresX = 0, squaresY = 0;
        for (var i = 0; i < FramePoints; i++)
        {
            var point = Step(random);
            (sumX, sumY) = (sumX + point.X, sumY + point.Y);
            (squaresX, squaresY) = (squaresX + (point.X * point.X), squaresY + (point.Y * point.Y));
        }
        var (x, halfX) = Interval(sumX, squaresX);
        var (y, halfY) = Interval(sumY, squaresY);
        return (x - halfX, x + halfX, y - halfY, y + halfY);

        static (double Centre, double Half) Interval(double sum, double squares)
        {
            var mean = sum / FramePoints;
            return (mean, FrameWidth * Math.Sqrt(Math.Max(0, (squares / FramePoints) - (mean * mean))));
        }
    }

    /// <summary>A point with its colour, from 0 to 1.</summary>
    internal readonly record struct Point(double X, double Y, float Red, float Green, float Blue);

    private sealed record Map(double Xx, double Xy, double Yx, double Yy, double X, double Y, double Red, double Green, double Blue)
    {
        public double Area => Math.Abs((Xx * Yy) - (Xy * Yx));

        public static Map Draw(PictureRandom random)
        {
            var (sinA, cosA) = Math.SinCos(random.Next(-Math.PI, Math.PI));
            var (sinB, cosB) = Math.SinCos(random.Next(-Math.PI, Math.PI));
            var (s, t) = (random.Next(0.4, 0.95), random.Next(0.2, 0.9));
            var (red, green, blue) = PureColour(random.Next());
            return new(
                (cosA * s * cosB) - (sinA * t * sinB), -(cosA * s * sinB) - (sinA * t * cosB),
                (sinA * s * cosB) + (cosA * t * sinB), -(sinA * s * sinB) + (cosA * t * cosB),
                random.Next(-1, 1), random.Next(-1, 1), red, green, blue);
        }

        // Halves of many colours are grey soon enough: the maps' own are the pure ones of the colour circle.
        private static (double Red, double Green, double Blue) PureColour(double hue)
        {
            return (Part(0), Part(1.0 / 3), Part(2.0 / 3));

            double Part(double offset) => Math.Clamp(Math.Abs((6 * ((hue + offset) % 1)) - 3) - 1, 0, 1);
        }
    }
}
