using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm;
using QuickStart.Report;
using Shared.Images;
using Shared.Plots;

namespace QuickStart;

/// <summary>How well a trained pipeline tells the test images from each set of images of none of the classes.</summary>
internal sealed class Measurement(MLContext ml, PictureSets pictures, CancellationToken cancellation)
{
    /// <summary>The column with the softmax score, beside <c>OodScore</c> with the default one.</summary>
    public const string SoftmaxColumn = "SoftmaxScore";

    /// <summary>Measures.</summary>
    /// <param name="name">What the pictures call the pipeline.</param>
    /// <param name="scored">Images to rows with the columns of the network, both scores and the detector.</param>
    public Measured Of(string name, Func<IReadOnlyList<LabeledImage>, IDataView> scored)
    {
        // Kept in memory: the test images are compared with each set, and need not be classified anew for each.
        var known = ml.Data.Cache(scored(pictures.Test), "Label", "PredictedLabel", "Score", "OodScore", SoftmaxColumn, "IsOutOfDistribution");
        var accuracy = ml.MulticlassClassification.Evaluate(known).MicroAccuracy;
        var falseAlarms = known.GetColumn<bool>("IsOutOfDistribution").Average(isOut => isOut ? 1.0 : 0.0);
        List<OodResult> ood = [], softmax = [];
        List<ScoreSeries> scores = [new("known", Scores(known, "OodScore"))], softmaxScores = [new("known", Scores(known, SoftmaxColumn))];
        var strangers = new List<Stranger>();
        foreach (var (set, images) in pictures.Ood)
        {
            cancellation.ThrowIfCancellationRequested();
            var unknown = ml.Data.Cache(scored(images), "OodScore", SoftmaxColumn, "IsOutOfDistribution");
            ood.Add(Result(set, images.Count, ml.AnomalyDetection.EvaluateOod(known, unknown)));
            softmax.Add(Result(set, images.Count, ml.AnomalyDetection.EvaluateOod(known, unknown, SoftmaxColumn)));
            scores.Add(new(set, Scores(unknown, "OodScore")));
            softmaxScores.Add(new(set, Scores(unknown, SoftmaxColumn)));
            strangers.AddRange(images.Zip(scores[^1].Scores, (image, score) => new Stranger(set, image, score)));
        }
        return new(accuracy, falseAlarms, ood, softmax, Panel($"{name}, softmax score", softmaxScores), Panel($"{name}, default score", scores), strangers);
    }

    private static OodResult Result(string name, int rows, OodDetectionMetrics metrics)
        => new(name, rows, metrics.FprAt95Tpr, metrics.Auroc, metrics.AuprIn, metrics.AuprOut);

    // Scores have different scales, and long tails. What people can read off is where a set lies among the known images: at 95 % of them the line is drawn.
    private static ScorePanel Panel(string title, IReadOnlyList<ScoreSeries> series)
    {
        float[] known = [.. series[0].Scores.Order()];
        return new(title, [.. series.Select(set => set with { Scores = [.. set.Scores.Select(score => 100f * Below(known, score) / known.Length)] })])
        {
            Threshold = 95,
        };
    }

    private static int Below(float[] ascending, float score)
    {
        var at = Array.BinarySearch(ascending, score);
        if (at < 0)
            return ~at;
        while (at > 0 && ascending[at - 1] == score)
            at--;
        return at;
    }

    private static float[] Scores(IDataView data, string column) => [.. data.GetColumn<float>(column)];
}

/// <summary>What was measured. Shares are fractions in [0, 1].</summary>
/// <param name="Accuracy">Share of test images whose class was predicted.</param>
/// <param name="FalseAlarmRate">Share of test images that the detector took for unknown.</param>
/// <param name="Ood">One for each set of strangers, by the default score.</param>
/// <param name="Softmax">The same by the softmax score.</param>
/// <param name="SoftmaxPanel">How the softmax score is distributed, for the picture.</param>
/// <param name="DefaultPanel">How the default score is.</param>
/// <param name="Strangers">All images of unknown classes.</param>
internal sealed record Measured(
    double Accuracy,
    double FalseAlarmRate,
    IReadOnlyList<OodResult> Ood,
    IReadOnlyList<OodResult> Softmax,
    ScorePanel SoftmaxPanel,
    ScorePanel DefaultPanel,
    IReadOnlyList<Stranger> Strangers)
{
    /// <summary>The figures as <c>result.json</c> holds them.</summary>
    public LossResult ToResult(string loss, int epochs, double trainSeconds) => new()
    {
        Loss = loss,
        Epochs = epochs,
        Accuracy = Accuracy,
        FalseAlarmRate = FalseAlarmRate,
        TrainSeconds = trainSeconds,
        Score = OodScores.Default().ToString(),
        Ood = Ood,
        Softmax = Softmax,
    };
}

/// <summary>An image of none of the classes, and how unusual it looks.</summary>
internal sealed record Stranger(string Set, LabeledImage Image, float Score);
