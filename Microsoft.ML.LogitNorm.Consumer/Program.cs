using Microsoft.ML;

// Loads a model and predicts the rows of a file of paths; prints label, bits of the logits and decision of each, once from a data view and once from an engine.
var (modelPath, rowsPath) = (args[0], args[1]);
var ml = new MLContext();
var model = Load(ml, modelPath, out var schema);
var rows = File.ReadLines(rowsPath).Select(path => new Photo { ImagePath = path }).ToArray();

Console.WriteLine(string.Join(" ", schema.Select(column => column.Name)));
foreach (var verdict in ml.Data.CreateEnumerable<Verdict>(model.Transform(ml.Data.LoadFromEnumerable(rows)), reuseRowObject: false))
    Console.WriteLine(verdict);
using var engine = ml.Model.CreatePredictionEngine<Photo, Verdict>(model);
foreach (var row in rows)
    Console.WriteLine(engine.Predict(row));

// As an application would tell its user what went wrong.
static ITransformer Load(MLContext ml, string path, out DataViewSchema schema)
{
    try
    {
        return ml.Model.Load(path, out schema);
    }
    catch (Exception e)
    {
        Console.Error.WriteLine($"base: {e.GetBaseException().GetType().Name}: {e.GetBaseException().Message}");
        throw;
    }
}
