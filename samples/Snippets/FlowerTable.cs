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
        Console.WriteLine(FormattableString.Invariant($"mean score of the known {Mean(train):F2}, of heavier ones {Mean(strangers):F2}"));

        float Mean(IDataView rows) => model.Transform(rows).GetColumn<float>("OodScore").Average();
    }
}
