namespace Microsoft.ML.LogitNorm.Tests.Calibration;

[TestFixture]
public sealed class TemperatureSearchTests
{
    // Two logits that differ by d, right in three rows of four: the best confidence is 3/4, so d / T = log 3.
    [TestCase(1)]
    [TestCase(-1)]
    [TestCase(2000)]
    [TestCase(1e-3)]
    public void Find_ThreeOfFourRight_CountedByHand(double difference)
    {
        var right = difference > 0 ? 0 : 1;
        var found = TemperatureSearch.Find([difference, 0, difference, 0, difference, 0, difference, 0], [right, right, 1 - right, right]);

        Assert.That(found.Temperature, Is.EqualTo(Math.Abs(difference) / Math.Log(3)).Within(1e-5).Percent);
        Assert.That(found.Warning, Is.Null);
    }

    [TestCase(new[] { 3.0, 1, 2 }, 0)]
    [TestCase(new[] { 1000.0, -1000, 0 }, 0)]
    [TestCase(new[] { 1000.0, -1000, 1000 }, 2, TestName = "Find_OneRowRightByATie_EndsAtTheLowest")]
    public void Find_OneRowRight_EndsAtTheLowest(double[] logits, int label)
    {
        var found = TemperatureSearch.Find(logits, [label]);

        Assert.That(found.Temperature, Is.EqualTo(TemperatureSearch.Lowest));
        Assert.That(found.Warning, Does.Contain("ended at 1E-06, the lowest").And.Contain("all rows are right"));
    }

    [TestCase(new[] { 3.0, 1, 2 }, 1)]
    [TestCase(new[] { 1000.0, -1000, -1000 }, 2)]
    public void Find_OneRowWrong_EndsAtTheHighest(double[] logits, int label)
    {
        var found = TemperatureSearch.Find(logits, [label]);

        Assert.That(found.Temperature, Is.EqualTo(TemperatureSearch.Highest));
        Assert.That(found.Warning, Does.Contain("ended at 1000000, the highest").And.Contain("Are these the labels of these rows"));
    }

    [TestCase(new[] { 0.0, 0, 0, 0 }, new[] { 0, 1 })]
    [TestCase(new[] { 7.0, 7, -1000, -1000 }, new[] { 0, 1 })]
    [TestCase(new[] { 5.0, -5 }, new[] { 0, 0 }, TestName = "Find_OneClass_StaysAtOne")]
    public void Find_EqualLogits_StaysAtOne(double[] logits, int[] labels)
    {
        var found = TemperatureSearch.Find(logits, labels);

        Assert.That(found.Temperature, Is.EqualTo(1));
        Assert.That(found.Warning, Does.Contain("all equal"));
    }

    [TestCase(new double[0], new int[0])]
    [TestCase(new[] { 1.0, 2, 3 }, new[] { 0, 0 })]
    [TestCase(new double[0], new[] { 0 })]
    public void Find_NoMatrixOfTheLabelsRows_IsRefused(double[] logits, int[] labels)
        => Assert.That(() => TemperatureSearch.Find(logits, labels), Throws.ArgumentException.With.Message.Contains($"no matrix of {labels.Length} rows"));
}
