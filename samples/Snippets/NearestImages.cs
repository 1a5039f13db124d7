using Microsoft.ML;
using Microsoft.ML.LogitNorm;

namespace Snippets;

/// <summary>Why a model says what it says: the most similar training images.</summary>
internal static class NearestImages
{
    public static void Run()
    {
        Keep();
        Show();
    }

    private static void Keep()
    {
        // <keep>
        var ml = new MLContext();
        IDataView train = ml.Data.LoadFromEnumerable(Photo.In("photos"));   // what the model was trained on
        ITransformer app = ml.Model.Load("model.zip", out _);
        NearestImagesTransformer nearest = ml.Transforms.NearestImages(count: 3).Fit(app.Transform(train));
        ml.Model.Save(app.Append(nearest), train.Schema, "model-with-images.zip");
        // </keep>
    }

    private static void Show()
    {
        // <show>
        var ml = new MLContext();
        var app = (IEnumerable<ITransformer>)ml.Model.Load("model-with-images.zip", out _);
        IReadOnlyList<NearestImage> images = app.OfType<NearestImagesTransformer>().Single().Images;
        using var engine = ml.Model.CreatePredictionEngine<Photo, Alike>((ITransformer)app);

        Alike alike = engine.Predict(new Photo { ImagePath = "thing.png" });
        foreach (var (number, similarity) in alike.NearestImages.Zip(alike.NearestSimilarities))
            Console.WriteLine($"like training image {number}, a {images[number].Label}: {similarity:F2}");
        File.WriteAllBytes("nearest.png", images[alike.NearestImages[0]].Thumbnail.ToArray());
        // </show>
    }

    // <alike>
    private sealed class Alike
    {
        public int[] NearestImages { get; set; } = [];   // indices of images that the model keeps, the most similar first
        public float[] NearestSimilarities { get; set; } = [];   // cosines of embeddings, in [-1, 1]
    }
    // </alike>
}
