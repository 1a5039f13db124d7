using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>
/// Predictions and trainings in a process whose other threads make garbage, as a web server's do:
/// what a garbage collection frees must not be in use by libtorch.
/// The environment variable LOGITNORM_SOAK_SECONDS asks for more than the few seconds of a normal run.
/// </summary>
[NonParallelizable]
public sealed class BusyProcessTests
{
    private const double DefaultSeconds = 4;

    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyImages.Row[] _rows = [.. TinyImages.Rows(16, seed: 5)];

    private static TimeSpan Duration
        => TimeSpan.FromSeconds(double.TryParse(Environment.GetEnvironmentVariable("LOGITNORM_SOAK_SECONDS"), CultureInfo.InvariantCulture, out var seconds)
            ? seconds
            : DefaultSeconds);

    [Test]
    public void Predictions_BesideGarbage_AreTheSameBits()
    {
        using var model = TinyImages.Pipeline(_ml).Fit(TinyImages.View(_ml, 96));
        var training = model.Transform(TinyImages.View(_ml, 96));
        var scores = OodScores.All.Where(score => score.Name != "Odin").ToArray();
        PredictionEngine<TinyImages.Row, TinyImages.Prediction>[] engines =
        [
            .. scores.Select(score => _ml.Model.CreatePredictionEngine<TinyImages.Row, TinyImages.Prediction>(
                model.Append(_ml.Transforms.OodScore(score).Fit(training)), new PredictionEngineOptions { OwnsTransformer = false })),
        ];
        var expected = engines.Select(engine => _rows.Select(row => engine.Predict(row).OodScore).ToArray()).ToArray();
        Assert.That(expected.Select(values => values.Distinct().Count()), Has.All.GreaterThan(1));

        var (done, failures) = BesideGarbage(i =>
        {
            var (score, row) = (i % scores.Length, i / scores.Length % _rows.Length);
            var found = engines[score].Predict(_rows[row]).OodScore;
            return found == expected[score][row] ? null : $"{scores[score]} gave {found:R} in place of {expected[score][row]:R}";
        }, least: scores.Length * _rows.Length);
        Assert.That(failures, Is.Empty, $"of {done} predictions");
    }

    [Test]
    public void Odin_BesideGarbage_IsTheSameBits()
    {
        using var model = TinyImages.Pipeline(_ml).Append(_ml.Transforms.OodScore(OodScores.Odin())).Fit(TinyImages.View(_ml, 96));
        var engine = _ml.Model.CreatePredictionEngine<TinyImages.Row, TinyImages.Prediction>(model, new PredictionEngineOptions { OwnsTransformer = false });
        float[] expected = [.. _rows.Select(row => engine.Predict(row).OodScore)];
        var (done, failures) = BesideGarbage(
            i => engine.Predict(_rows[i % _rows.Length]).OodScore is var found && found == expected[i % _rows.Length] ? null : $"{found:R}");
        Assert.That(failures, Is.Empty, $"of {done} predictions");
    }

    [Test]
    public void Training_BesideGarbage_GivesTheSameBits()
    {
        var options = TinyImages.Options with { Head = Head.Cosine(), Epochs = 2 };
        var expected = TinyTraining.Weights(options);
        var (done, failures) = BesideGarbage(_ => TinyTraining.Weights(options).SequenceEqual(expected) ? null : "other weights");
        Assert.That(failures, Is.Empty, $"of {done} trainings");
    }

    [Test]
    public void LearningAndComparing_BesideGarbage_GiveTheSameBits()
    {
        using var model = TinyImages.Pipeline(_ml).Fit(TinyImages.View(_ml, 96));
        var others = new Dictionary<string, IDataView> { ["others"] = TinyImages.View(_ml, 30, seed: 7) };
        var expected = Compare();
        var (done, failures) = BesideGarbage(_ => Compare() == expected ? null : "another comparison");
        Assert.That(failures, Is.Empty, $"of {done} comparisons");

        string Compare() => string.Join("; ", _ml.AnomalyDetection
            .CompareOodScores(model, TinyImages.View(_ml, 30, seed: 6), others, new() { TrainingData = TinyImages.View(_ml, 96) }).Results
            .OrderBy(result => result.Score!.Name, StringComparer.Ordinal)
            .Select(result => string.Create(
                CultureInfo.InvariantCulture, $"{result.Score!.Name} {result.Failure} {result.MeanAuroc:R} {result.MeanFprAt95Tpr:R}")));
    }

    /// <summary>Does the work again and again, beside a thread that allocates some 200 MB a second.</summary>
    /// <param name="work">Gets the number of the repetition; returns what is wrong.</param>
    /// <param name="least">How often at least, however long it takes.</param>
    private static (int Done, List<string> Failures) BesideGarbage(Func<int, string?> work, int least = 1)
    {
        using var stop = new CancellationTokenSource();
        var garbage = new Thread(() => MakeGarbage(stop.Token));
        garbage.Start();
        var failures = new List<string>();
        var clock = Stopwatch.StartNew();
        var done = 0;
        try
        {
            for (; done < least || clock.Elapsed < Duration; done++)
            {
                try
                {
                    if (work(done) is { } wrong)
                        failures.Add(wrong);
                }
                catch (Exception e)
                {
                    failures.Add($"{e.GetType().Name}: {e.Message}");
                }
            }
        }
        finally
        {
            stop.Cancel();
            garbage.Join();
        }
        TestContext.Out.WriteLine($"{done} in {clock.Elapsed.TotalSeconds:F0} s, {failures.Count} failed");
        return (done, failures);
    }

    private static void MakeGarbage(CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        var kept = new object[1000];
        for (long bytes = 0, i = 0; !stop.IsCancellationRequested; i++)
        {
            var size = 200 + (int)(i % 400) * 10;
            kept[i % kept.Length] = new byte[size];
            bytes += size;
            if (bytes > 200_000_000 * clock.Elapsed.TotalSeconds)
                Thread.Sleep(1);
        }
    }
}
