using LogitNormTool.Prediction;
using Shared.Images;

namespace LogitNormTool.Tests;

[TestFixture]
public sealed class StoppableTests
{
    [Test]
    public void Rows_Cancelled_NoMoreAreComputed_HoweverManyAreReadAhead()
    {
        const int All = 2_000, Last = 5;
        using var stop = new CancellationTokenSource();
        var ml = new MLContext();
        var (computed, seen) = (0, 0);
        var rows = ml.Data.LoadFromEnumerable(Enumerable.Range(0, All).Select(i => new ImageRow { ImagePath = $"{i}" }));
        var costly = ml.Transforms.CustomMapping<ImageRow, Labelled>(
            (row, label) =>
            {
                label.Name = row.ImagePath;
                if (Interlocked.Increment(ref computed) == Last)
                    stop.Cancel();
            },
            contractName: null).Fit(rows).Transform(rows);
        var stoppable = Stoppable.Rows<Labelled>(ml, costly, (row, same) => same.Name = row.Name, stop.Token);
        Assert.That(
            () => seen = ml.Data.CreateEnumerable<Labelled>(stoppable, reuseRowObject: true).Count(),
            Throws.Exception.Matches<Exception>(e => e!.GetBaseException() is OperationCanceledException));
        Assert.That(computed, Is.InRange(Last, Last + Environment.ProcessorCount + 1), "each thread may have been at one");
        Assert.That(seen, Is.Zero);
    }

    [Test]
    public void Rows_NotCancelled_AreTheSame()
    {
        var ml = new MLContext();
        var names = Enumerable.Range(0, 500).Select(i => $"{i}").ToArray();
        var rows = Stoppable.Rows<Labelled>(
            ml, ml.Data.LoadFromEnumerable(names.Select(name => new Labelled { Name = name })), (row, same) => same.Name = row.Name, CancellationToken.None);
        Assert.That(ml.Data.CreateEnumerable<Labelled>(rows, reuseRowObject: false).Select(row => row.Name), Is.EqualTo(names));
    }

    private sealed class Labelled
    {
        public string Name { get; set; } = "";
    }
}
