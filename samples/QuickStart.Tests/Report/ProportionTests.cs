using QuickStart.Report;

namespace QuickStart.Tests.Report;

public sealed class ProportionTests
{
    // By R's prop.test without continuity correction.
    [TestCase(0.066, 1000, 0.0522, 0.0831)]
    [TestCase(0.0, 20, 0.0, 0.1611)]
    [TestCase(1.0, 20, 0.8389, 1.0)]
    public void Interval_IsWilsons(double share, int count, double low, double high)
    {
        var found = Proportion.Interval(share, count);
        Assert.That(found.Low, Is.EqualTo(low).Within(1e-4));
        Assert.That(found.High, Is.EqualTo(high).Within(1e-4));
    }
}
