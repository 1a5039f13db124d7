using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm;
using PaperBenchmark.Datasets;

namespace PaperBenchmark.Runs;

/// <summary>Scores the images of all sets by a trained run, and keeps what comes out. Sets that are scored already are left alone.</summary>
internal sealed class RunEvaluator(MLContext ml, BenchmarkImages images, IRunWatcher watcher, CancellationToken cancellation)
{
    /// <summary>The name that the test images' file has, which no out-of-distribution set may have.</summary>
    public const string TestSet = "test";

    private readonly Dictionary<ImageTable, string> _hashes = new(ReferenceEqualityComparer.Instance);

    /// <summary>The name of the file with the scores of the test images.</summary>
    public static string NameOf(ImageTable set, BenchmarkImages images) => ReferenceEquals(set, images.Test) ? TestSet : set.Name;

    /// <summary>Scores the test images and every out-of-distribution set.</summary>
    /// <param name="run">A trained run.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="scores">The scores to compute.</param>
    public void Evaluate(RunOptions run, RunFolder folder, IReadOnlyList<OodScore> scores)
    {
        ImageTable[] sets = [images.Test, .. images.Ood];
        if (sets.All(set => IsScored(set, folder, scores)))
            return;
        using var model = (LogitNormModel)ml.Model.Load(folder.Model, out _);
        var scorers = Learn(run, model, scores);
        try
        {
            foreach (var set in sets.Where(set => !IsScored(set, folder, scores)))
            {
                watcher.Scoring(run, NameOf(set, images), set.Count);
                var clock = Stopwatch.StartNew();
                var failures = scorers.Where(scorer => scorer.Transformer is null).ToDictionary(scorer => scorer.Score.ToString(), scorer => scorer.Failure!);
                var found = Score(model, set, scorers, failures);
                found.Write(folder.Scores(NameOf(set, images)));
                folder.WriteEvaluation(folder.ReadEvaluation().With(
                    new(NameOf(set, images), set.Count, Hash(set), [.. found.Scores.Keys], failures, clock.Elapsed.TotalSeconds)));
            }
        }
        finally
        {
            foreach (var scorer in scorers)
                (scorer.Transformer as IDisposable)?.Dispose();
        }
    }

    private bool IsScored(ImageTable set, RunFolder folder, IReadOnlyList<OodScore> scores)
        => folder.ReadEvaluation().Find(NameOf(set, images)) is { } done
            && File.Exists(folder.Scores(done.Name))
            && done.Sha256 == Hash(set)
            && scores.All(score => done.Scores.Contains(score.ToString()) || done.Failures.ContainsKey(score.ToString()));

    private List<Scorer> Learn(RunOptions run, LogitNormModel model, IReadOnlyList<OodScore> scores)
    {
        watcher.Scoring(run, "training images", images.Train.Count);
        var training = model.Transform(ImageView.Create(ml, images.Train, images.Train.Classes, cancellation));
        // Kept in memory, as every learning score reads it and the network is the costly part.
        var cached = ml.Data.Cache(training, "Label", "Logits", "Embedding");
        return [.. scores.Select(score =>
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                return new Scorer(score, ml.Transforms.OodScore(score).Fit(score.Learns ? cached : training), null);
            }
            catch (Exception e) when (IsOfTheScore(e))
            {
                return new Scorer(score, null, FirstLine(e));
            }
        })];
    }

    private SetScores Score(LogitNormModel model, ImageTable set, IReadOnlyList<Scorer> scorers, Dictionary<string, string> failures)
    {
        var outputs = ml.Data.Cache(
            model.Transform(ImageView.Create(ml, set, images.Train.Classes, cancellation)), ImageView.ImageColumn, "Label", "Logits", "Embedding");
        var values = new Dictionary<string, float[]>();
        foreach (var scorer in scorers.Where(scorer => scorer.Transformer is not null))
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                values[scorer.Score.ToString()] = [.. scorer.Transformer!.Transform(outputs).GetColumn<float>("OodScore")];
            }
            catch (Exception e) when (IsOfTheScore(e))
            {
                failures[scorer.Score.ToString()] = FirstLine(e);
            }
        }
        return new(set.Labels, [.. outputs.GetColumn<float[]>("Logits")], values);
    }

    // A head that it cannot be computed from, embeddings that it cannot learn from, a score that is NaN.
    private static bool IsOfTheScore(Exception e) => e is ArgumentOutOfRangeException or OodScoreException;

    private static string FirstLine(Exception e) => e.Message.Split('\n')[0].TrimEnd();

    private string Hash(ImageTable set)
    {
        if (!_hashes.TryGetValue(set, out var hash))
            _hashes[set] = hash = Convert.ToHexStringLower(SHA256.HashData(set.Pixels));
        return hash;
    }

    private sealed record Scorer(OodScore Score, OodScoreTransformer? Transformer, string? Failure);
}
