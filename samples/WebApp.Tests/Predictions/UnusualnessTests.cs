using WebApp.Predictions;

namespace WebApp.Tests.Predictions;

internal sealed class UnusualnessTests
{
    [TestCase(0.0244, "fewer than 3 in 100 known images look this unusual")]
    [TestCase(0.03, "fewer than 4 in 100 known images look this unusual")]
    [TestCase(0.004975, "fewer than 5 in 1,000 known images look this unusual")]
    [TestCase(0.0004, "fewer than 5 in 10,000 known images look this unusual")]
    [TestCase(0.1, "about 10 in 100 known images look at least this unusual")]
    [TestCase(0.37, "about 37 in 100 known images look at least this unusual")]
    [TestCase(0.62, "nothing unusual: about 62 in 100 known images look at least this unusual")]
    [TestCase(1, "nothing unusual: about 100 in 100 known images look at least this unusual")]
    public void InWords_PValue_IsAShareOfKnownImages(double pValue, string words) => Assert.That(Unusualness.InWords(pValue), Is.EqualTo(words));
}
