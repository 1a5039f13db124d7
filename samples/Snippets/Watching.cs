using MathNet.Numerics.Distributions;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Snippets;

/// <summary>The share of strangers over time, and when it is more than chance.</summary>
internal static class Watching
{
    public static void Run()
    {
        // <watching>
        const double Rate = 0.05;       // the detector's
        const double Alarm = 0.001;     // a quiet week raises the alarm once in a thousand, at most

        var ml = new MLContext();
        ITransformer app = ml.Model.Load("model.zip", out _);
        foreach (string week in Directory.EnumerateDirectories("weeks").Order(StringComparer.Ordinal))
        {
            bool[] flagged = [.. app.Transform(ml.Data.LoadFromEnumerable(Photo.In(week))).GetColumn<bool>("IsOutOfDistribution")];
            int strange = flagged.Count(isOut => isOut);
            // Of images like those of the calibration, at most that rate is flagged. As many as these, or more, come by chance so often:
            double chance = strange == 0 ? 1 : 1 - Binomial.CDF(Rate, flagged.Length, strange - 1);
            Console.WriteLine($"{week}: {strange} of {flagged.Length} strange, by chance {chance:P1}{(chance < Alarm ? ": your images have changed" : "")}");
        }
        // </watching>
    }
}
