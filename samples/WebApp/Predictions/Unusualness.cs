using System.Globalization;

namespace WebApp.Predictions;

/// <summary>A p-value in words.</summary>
internal static class Unusualness
{
    private const double Few = 0.1, Half = 0.5;

    /// <summary>Says how many of the known images look at least as unusual.</summary>
    /// <param name="pValue">In [0, 1].</param>
    public static string InWords(double pValue)
    {
        if (pValue < Few)
        {
            var of = pValue * 100 >= 1 ? 100 : pValue * 1_000 >= 1 ? 1_000 : 10_000;
            return string.Create(CultureInfo.InvariantCulture, $"fewer than {Math.Floor(pValue * of) + 1:F0} in {of:N0} known images look this unusual");
        }
        var about = string.Create(CultureInfo.InvariantCulture, $"about {pValue * 100:F0} in 100 known images look at least this unusual");
        return pValue < Half ? about : $"nothing unusual: {about}";
    }
}
