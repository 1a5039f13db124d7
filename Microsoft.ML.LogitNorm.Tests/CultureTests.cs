using System.Globalization;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Names, tables, keys and files are the same in every culture.</summary>
public sealed class CultureTests
{
    // Runs everywhere: a culture that needs no ICU and does everything else than the invariant one.
    [Test]
    public void Texts_CultureWithACommaAndAnotherMinus_AreTheInvariantOnes()
    {
        string[] expected = [.. CultureTexts.All()];
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NumberGroupSeparator, culture.NumberFormat.NegativeSign) = (",", ".", "\u2212");
        (culture.NumberFormat.PercentDecimalSeparator, culture.NumberFormat.PercentGroupSeparator, culture.NumberFormat.PercentPositivePattern) = (",", ".", 1);
        culture.NumberFormat.PositiveInfinitySymbol = culture.NumberFormat.NaNSymbol = "∞";
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = culture;
            Assert.That($"{0.5}", Is.EqualTo("0,5"));
            Assert.That(CultureTexts.All(), Is.EqualTo(expected));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Test]
    public void OodScore_Name_HasAPoint() => Assert.That(OodScores.Odin().ToString(), Is.EqualTo("Odin(Temperature = 1000, Epsilon = 0.0014)"));

    // A process of its own, with real cultures: trains, saves, loads, resumes and predicts as well.
    [TestCase("de-DE", "0,5 TITLE")]
    [TestCase("tr-TR", "0,5 T\u0130TLE")]
    public void Texts_ProcessWithIcu_AreTheInvariantOnes(string culture, string proof)
    {
        if (CultureTexts.Of("") is not { } expected)
        {
            Assert.Ignore("This machine has no ICU, which .NET takes its cultures from (Debian 12: libicu72).");
            return;
        }
        var found = CultureTexts.Of(culture)!;
        Assert.That(found[0].TrimEnd(), Is.EqualTo(proof));
        Assert.That(found[1..], Is.EqualTo(expected[1..]));
        Assert.That(expected, Has.Length.GreaterThan(50));
    }
}
