using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm;

namespace Snippets;

/// <summary>Columns of a table in place of images.</summary>
internal static class FlowerTable
{
    public static void Run()
    {
        var ml = new MLContext(seed: 1);
        IDataView train = ml.Data.LoadFromEnumerable(Flower.Draw(200, seed: 1)), strangers = ml.Data.LoadFromEnumerable(Flower.Draw(50, seed: 2, heavier: 3));

        // <table>
        var table = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.Concatenate("Features", "Length", "Width", "Weight"))
            .Append(ml.MulticlassClassification.Trainers.LogitNorm(backbone: Backbone.Dense([64]), epochs: 30))   // Dense() is a linear model
            .Append(ml.Transforms.OodScore());
        // </table>

        using var model = table.Fit(train);
        var (known, unknown) = (model.Transform(train).GetColumn<float>("OodScore").Average(), model.Transform(strangers).GetColumn<float>("OodScore").Average());
        Console.WriteLine(FormattableString.Invariant($"mean score of the known {known:F2}, of heavier ones {unknown:F2}"));
    }
}
