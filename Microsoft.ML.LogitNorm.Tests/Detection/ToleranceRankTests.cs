using System.Numerics;

namespace Microsoft.ML.LogitNorm.Tests.Detection;

/// <summary>The bound is exact: against sums of binomial terms in fractions of whole numbers, in which nothing is rounded.</summary>
[TestFixture]
public sealed class ToleranceRankTests
{
    // Rates and confidences that are dyadic or decimal; the decimal ones are given as fractions to the brute force, which is far finer than they are rounded.
    [Test]
    public void Of_EachNumberOfRows_IsTheLargestRankThatABruteForceSumAllows(
        [Values(1, 2, 3, 10, 19, 44, 45, 76, 77, 99, 100, 200, 333)] int rows,
        [Values(10, 50, 250, 500, 900)] int thousandths,
        [Values(10, 500, 900, 950, 999)] int certain)
        => Assert.That(ToleranceRank.Of(rows, thousandths / 1000.0, certain / 1000.0), Is.EqualTo(BruteForce(rows, thousandths, certain)));

    [TestCase(0.05, 0.9, 45)]
    [TestCase(0.05, 0.95, 59)]    // Wilks: 59 rows for 95 % / 95 %, the one-sided tolerance limit of every handbook
    [TestCase(0.05, 0.99, 90)]
    [TestCase(0.1, 0.9, 22)]
    [TestCase(0.01, 0.9, 230)]
    [TestCase(0.01, 0.95, 299)]
    [TestCase(0.5, 0.5, 1)]
    [TestCase(0.5, 0.75, 2)]
    [TestCase(0.999, 0.9, 1)]
    [TestCase(1e-6, 0.9, 2_302_584)]
    [TestCase(1e-12, 0.9, int.MaxValue)]
    [TestCase(double.Epsilon, 0.9, int.MaxValue)]
    public void RequiredRows_IsTheFewestWithARank(double rate, double confidence, int expected)
    {
        Assert.That(ToleranceRank.RequiredRows(rate, confidence), Is.EqualTo(expected));
        if (expected is > 1 and < int.MaxValue)
            Assert.That((ToleranceRank.Of(expected - 1, rate, confidence), ToleranceRank.Of(expected, rate, confidence)), Is.EqualTo((0, 1)));
    }

    // Where the normal distribution is as good as exact: k = n α − z √(n α (1 − α)), z = 1.2816 for 90 %.
    [TestCase(10_000_000, 0.05)]
    [TestCase(1_000_000, 0.5)]
    [TestCase(int.MaxValue, 0.01)]
    public void Of_ManyRows_IsThatOfTheNormalDistribution(int rows, double rate)
    {
        var deviation = Math.Sqrt(rows * rate * (1 - rate));
        Assert.That(ToleranceRank.Of(rows, rate, 0.9), Is.EqualTo(rows * rate - 1.2815516 * deviation).Within(0.001 * deviation + 1));
    }

    // The largest k with P(Binomial(n, α) ≤ k − 1) ≤ 1 − confidence, all numbers times 1000 to their powers.
    private static int BruteForce(int rows, int thousandths, int certain)
    {
        var limit = BigInteger.Pow(1000, rows) * (1000 - certain);
        var (k, sum, choose) = (0, BigInteger.Zero, BigInteger.One);
        while (k < rows)
        {
            sum += choose * BigInteger.Pow(thousandths, k) * BigInteger.Pow(1000 - thousandths, rows - k);
            if (sum * 1000 > limit)
                break;
            choose = choose * (rows - k) / (k + 1);
            k++;
        }
        return k;
    }
}
