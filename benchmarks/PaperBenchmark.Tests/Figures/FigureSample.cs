using PaperBenchmark.Figures;
using Shared.Plots;

namespace PaperBenchmark.Tests.Figures;

/// <summary>Made-up data that looks like a real run's: to design the figures with.</summary>
internal static class FigureSample
{
    public static readonly string[] Losses = ["CrossEntropy", "LogitNorm(τ = 0.04)"];
    public static readonly string[] Classes = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
    public static readonly double[] Taus = [0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.1, 0.5, 1];

    public static NormPanel[] Norms(int epochs) =>
    [
        new(Losses[0], [Norm("train", epochs, 14.5), Norm("test", epochs, 13.6), Norm("mnist", epochs, 9.9)]),
        new(Losses[1], [Norm("train", epochs, 6.4), Norm("test", epochs, 6.1), Norm("mnist", epochs, 3.2)]),
    ];

    public static SoftmaxExample[] Examples(string[] classes)
    {
        var random = new Random(2);
        return
        [
            new()
            {
                Title = "in-distribution: cat",
                Size = 32,
                Pixels = Planes(random),
                Label = 3,
                Softmax = [Softmax(random, classes.Length, 3, 9), Softmax(random, classes.Length, 3, 6)],
            },
            new()
            {
                Title = "out-of-distribution: mnist",
                Size = 32,
                Pixels = Planes(random),
                Softmax = [Softmax(random, classes.Length, 0, 8), Softmax(random, classes.Length, 0, 2)],
            },
        ];
    }

    public static ProjectionPanel[] Projections(int images)
    {
        var random = new Random(3);
        int[] labels = [.. Enumerable.Range(0, images).Select(i => i % Classes.Length)];
        return [.. Losses.Select((loss, i) => new ProjectionPanel
        {
            Title = loss,
            Known = [.. labels.Select(label => Softmax(random, Classes.Length, label, 8 - i))],
            Labels = labels,
            Unknown = [.. labels.Select(label => Softmax(random, Classes.Length, label, random.NextDouble() * (7 - 4 * i)))],
        })];
    }

    public static ScorePanel[] Scores()
    {
        var random = new Random(4);
        return [.. Losses.Select((loss, i) => new ScorePanel(
            loss,
            [new("known", Scores(0.93 - 0.1 * i)), new("mnist", Scores(0.8 - 0.4 * i)), new("gaussian-noise", Scores(0.6 - 0.4 * i))]))];

        float[] Scores(double mean)
            => [.. Enumerable.Range(0, 2000).Select(_ => (float)Math.Clamp(mean + 0.12 * (random.NextDouble() + random.NextDouble() - 1), 0, 1))];
    }

    /// <summary>Sets of which one lacks a τ.</summary>
    public static TauCurve[] Curves() =>
    [
        Curve("mnist", 0.15), Curve("imagenet-resize", 0.4), Curve("imagenet-crop", 0.3),
        new("gaussian-noise", [.. Curve("", 0.05).Points.Select(point => point.Tau == 0.5 ? (point.Tau, null) : point)]),
    ];

    private static TauCurve Curve(string set, double best)
        => new(set, [.. Taus.Select(tau =>
            (tau, (double?)Math.Min(0.97, best + 0.13 * Math.Pow(Math.Log10(tau / 0.04), 2) + 0.2 * best * Math.Abs(Math.Sin(40 * tau)))))]);

    private static NormCurve Norm(string set, int epochs, double last)
        => new(set, [.. Enumerable.Range(1, epochs).Select(epoch =>
            (epoch, last * (1 - Math.Exp(-4.0 * epoch / Math.Max(epochs, 10))) + 0.2 * Math.Sin(7 * epoch)))]);

    private static float[] Softmax(Random random, int classes, int peak, double height)
    {
        var exp = Enumerable.Range(0, classes).Select(c => Math.Exp((c == peak ? height : 0) + 2.5 * random.NextDouble())).ToArray();
        return [.. exp.Select(value => (float)(value / exp.Sum()))];
    }

    private static byte[] Planes(Random random)
    {
        var color = (Red: random.Next(60, 200), Green: random.Next(60, 200), Blue: random.Next(60, 200));
        var pixels = new byte[3 * 32 * 32];
        for (var at = 0; at < 32 * 32; at++)
        {
            var shade = Math.Pow(at % 32 - 16, 2) + Math.Pow(at / 32 - 16, 2) < 90 ? 50 : -40;
            (pixels[at], pixels[1024 + at], pixels[2048 + at]) = (Byte(color.Red + shade), Byte(color.Green + shade), Byte(color.Blue - shade));
        }

        return pixels;

        static byte Byte(int value) => (byte)Math.Clamp(value, 0, 255);
    }
}
