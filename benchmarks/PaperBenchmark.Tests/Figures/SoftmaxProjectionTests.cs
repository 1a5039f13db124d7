using PaperBenchmark.Figures;

namespace PaperBenchmark.Tests.Figures;

public sealed class SoftmaxProjectionTests
{
    // In a plane already: the projection may turn and mirror it, and keeps every distance.
    [Test]
    public void Project_RowsInAPlane_KeepsTheirDistances()
    {
        float[][] known = [[0.8f, 0.1f, 0.1f, 0.25f], [0.1f, 0.8f, 0.1f, 0.25f], [0.1f, 0.1f, 0.8f, 0.25f], [0.5f, 0.4f, 0.1f, 0.25f]];
        float[][] unknown = [[0.3f, 0.3f, 0.4f, 0.25f]];
        var (points, others) = SoftmaxProjection.Project(known, unknown);
        float[][] rows = [.. known, .. unknown];
        (double X, double Y)[] all = [.. points, .. others];
        for (var i = 0; i < rows.Length; i++)
        {
            for (var j = 0; j < i; j++)
                Assert.That(
                    Math.Sqrt(Math.Pow(all[i].X - all[j].X, 2) + Math.Pow(all[i].Y - all[j].Y, 2)),
                    Is.EqualTo(Math.Sqrt(rows[i].Zip(rows[j], (a, b) => Math.Pow(a - b, 2)).Sum())).Within(1e-4),
                    $"{i} {j}");
        }
    }

    [Test]
    public void Project_FirstComponent_HasTheLargerSpreadAroundZero()
    {
        var panel = FigureSample.Projections(200)[0];
        var (known, _) = SoftmaxProjection.Project(panel.Known, panel.Unknown);
        Assert.Multiple(() =>
        {
            Assert.That(known.Average(point => point.X), Is.Zero.Within(1e-4));
            Assert.That(known.Average(point => point.Y), Is.Zero.Within(1e-4));
            Assert.That(
                known.Sum(point => point.X * point.X),
                Is.GreaterThan(0.98 * known.Sum(point => point.Y * point.Y)),
                "a randomised decomposition: about");
        });
    }

    [Test]
    public void Project_Twice_IsTheSame()
    {
        var panel = FigureSample.Projections(100)[1];
        var (first, second) = (SoftmaxProjection.Project(panel.Known, panel.Unknown), SoftmaxProjection.Project(panel.Known, panel.Unknown));
        Assert.That((second.Known, second.Unknown), Is.EqualTo((first.Known, first.Unknown)));
    }

    [TestCase(0.5f)]
    [TestCase(0.50000006f)]
    public void Project_AllKnownEqual_AreAtTheOrigin(float other)
    {
        var (known, unknown) = SoftmaxProjection.Project([[0.5f, 0], [0.5f, 0], [other, 0]], [[0.5f, 0]]);
        Assert.That(known.Concat(unknown), Is.All.Matches<(double X, double Y)>(point => Math.Abs(point.X) + Math.Abs(point.Y) < 1e-6));
    }

    // Two classes: all rows lie on a line.
    // The approximate solver of before gave up where rows differ by less than squares of floats can say.
    [Test]
    public void Project_RowsThatHardlyDiffer_KeepTheirOrder()
    {
        var (known, _) = SoftmaxProjection.Project([.. Enumerable.Range(0, 5).Select(i => new[] { 0.5f + (i * 1e-6f), 0.5f - (i * 1e-6f), 0.1f })], []);
        var steps = known.Zip(known.Skip(1), (one, next) => next.X - one.X).ToArray();
        Assert.That(steps.Select(Math.Abs), Is.All.EqualTo(1e-6 * Math.Sqrt(2)).Within(10).Percent);
        Assert.That(steps.Select(Math.Sign).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public void Project_RowsOnALine_HaveNoSecondComponent()
    {
        var (known, _) = SoftmaxProjection.Project([[0.9f, 0.1f], [0.5f, 0.5f], [0.2f, 0.8f]], []);
        Assert.Multiple(() =>
        {
            Assert.That(known.Select(point => point.Y), Is.All.Zero.Within(1e-4));
            Assert.That(known.Max(point => point.X) - known.Min(point => point.X), Is.EqualTo(0.7 * Math.Sqrt(2)).Within(1e-4));
        });
    }

    [Test]
    public void Project_RowThatIsNotFinite_IsNoPointAndSpoilsNoOther()
    {
        var (known, unknown) = SoftmaxProjection.Project([[0.9f, 0.1f], [float.NaN, 0], [0.2f, 0.8f]], [[0, float.PositiveInfinity], [0.5f, 0.5f]]);
        Assert.That(
            known.Concat(unknown).Select(point => double.IsFinite(point.X) && double.IsFinite(point.Y)),
            Is.EqualTo(new[] { true, false, true, false, true }));
    }
}
