using System.Diagnostics;
using Microsoft.ML.Data;
using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests.Model;

public sealed class LogitNormModelThreadsTests
{
    private const int Threads = 4;

    private readonly MLContext _ml = new(seed: 1);

    [Test]
    public void Transform_OneViewReadByManyThreads_GivesEachTheSame()
    {
        using var app = UntrainedModel.App(_ml);
        var view = app.Transform(TinyImages.View(_ml, 150, seed: 5));
        string[] columns = ["Logits", "Score", "OodScore", "IsOutOfDistribution"];
        var expected = columns.Select(column => ColumnValues.Read(view, column)).ToArray();
        foreach (var values in Run(thread => ColumnValues.Read(view, columns[thread % columns.Length])).Select((values, thread) => (values, thread)))
            Assert.That(values.values, Is.EqualTo(expected[values.thread % columns.Length]));
    }

    // libtorch frees a tensor at once, so a model freed under a forward pass would end the process. Every round meets it at another moment.
    [Test]
    public void Dispose_WhileOthersScore_EndsThemWithAnException()
    {
        var data = _ml.Data.Cache(TinyImages.View(_ml, 24, seed: 5));
        for (var round = 0; round < 10; round++)
        {
            var app = UntrainedModel.App(_ml);
            var view = app.Transform(data);
            var expected = view.GetColumn<float[]>("Logits").First();
            using var started = new CountdownEvent(Threads);
            var scoring = Start(_ =>
            {
                var clock = Stopwatch.StartNew();
                for (var pass = 0; clock.Elapsed < InTime.Limit; pass++)
                {
                    var first = view.GetColumn<float[]>("Logits").First();
                    if (pass == 0)
                        started.Signal();
                    if (!first.SequenceEqual(expected))
                        return "other logits";
                }

                return "still scoring";
            });
            Assert.That(started.Wait(InTime.Limit), Is.True);
            app.Dispose();
            foreach (var task in scoring)
                Assert.That(() => InTime.Result(task), Throws.TypeOf<ObjectDisposedException>().With.Message.Contains(nameof(LogitNormModel)));
        }
    }

    [Test]
    public void Dispose_WhileOthersScoreWithWhatAScoreLearned_EndsThemWithAnException()
    {
        var data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 24).Select(i => new LogitsRow { Logits = [i, 1] }));
        for (var round = 0; round < 10; round++)
        {
            var learned = new Dictionary<string, torch.Tensor> { ["weights"] = torch.ones(2, 2000) };
            var score = new OodScoreTransformer(_ml, new(new SumOfWeights(), learned, null), "OodScore", new());
            var view = score.Transform(data);
            using var started = new CountdownEvent(Threads);
            var scoring = Start(_ =>
            {
                var clock = Stopwatch.StartNew();
                for (var pass = 0; clock.Elapsed < InTime.Limit; pass++)
                {
                    var first = view.GetColumn<float>("OodScore").First();
                    if (pass == 0)
                        started.Signal();
                    if (first != 100)
                        return "another score";
                }

                return "still scoring";
            });
            Assert.That(started.Wait(InTime.Limit), Is.True);
            score.Dispose();
            foreach (var task in scoring)
                Assert.That(() => InTime.Result(task), Throws.TypeOf<ObjectDisposedException>().With.Message.Contains(nameof(OodScoreTransformer)));
            Assert.That(learned["weights"].IsInvalid, Is.True);
        }
    }

    [Test]
    public void Dispose_Twice_IsOnce()
    {
        var model = UntrainedModel.Create(_ml);
        model.Dispose();
        model.Dispose();
        Assert.That(() => model.ParameterCount, Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => _ml.Model.Save(model, null, new MemoryStream()), Throws.TypeOf<ObjectDisposedException>());
    }

    private static T[] Run<T>(Func<int, T> work) => [.. Start(work).Select(InTime.Result)];

    private static Task<T>[] Start<T>(Func<int, T> work)
        => [.. Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(() => work(thread), TaskCreationOptions.LongRunning))];

    private sealed record SumOfWeights : OodScore
    {
        // Often, so that nearly all of a thread's time is spent on what was learned.
        internal override torch.Tensor Score(in OodBatch batch)
        {
            var score = batch.Logits![.., ..1].squeeze(1) * 0;
            for (var i = 0; i < 100; i++)
                score += batch.Learned["weights"].sum() / 4000;
            return score;
        }
    }

    private sealed class LogitsRow
    {
        [VectorType(2)]
        public float[] Logits { get; set; } = [];
    }
}
