using System.Net;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Snippets;

/// <summary>The images of a folder that are most worth a look, as a page.</summary>
internal static class ActiveLearning
{
    public static void Run()
    {
        // <active-learning>
        var ml = new MLContext();
        ITransformer app = ml.Model.Load("model.zip", out _);
        IDataView scored = app.Transform(ml.Data.LoadFromEnumerable(Photo.In("unlabelled")));
        var unusual = scored.GetColumn<string>("ImagePath").Zip(scored.GetColumn<string>("PredictedLabel"), scored.GetColumn<float>("OodScore"))
            .OrderByDescending(row => row.Third)
            .Take(24);
        File.WriteAllText("unusual.html", "<!doctype html><title>The most unusual first</title>" + string.Concat(unusual.Select(row =>
            $"<figure style='display:inline-block'><img height=160 src='{WebUtility.HtmlEncode(new Uri(Path.GetFullPath(row.First)).AbsoluteUri)}'>"
            + $"<figcaption>{WebUtility.HtmlEncode(row.Second)}? {row.Third:F2}</figcaption></figure>")));
        // </active-learning>
        Console.WriteLine(Path.GetFullPath("unusual.html"));
    }
}
