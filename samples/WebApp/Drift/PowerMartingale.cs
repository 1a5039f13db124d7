namespace WebApp.Drift;

/// <summary>Bets that p-values are small: the mean of the martingales Π εp^(ε − 1) over several ε.</summary>
/// <remarks>
/// By Ville's inequality it exceeds 1 / α with a probability of at most α where p-values are those of known images. Vovk, Nouretdinov and Gammerman, "Testing
/// Exchangeability On-Line", ICML 2003.
/// </remarks>
internal sealed class PowerMartingale(double falseAlarmRate) : IDriftTest
{
    private static readonly double[] _powers = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

    private readonly double[] _logs = new double[_powers.Length];

    public double FalseAlarmRate => falseAlarmRate;

    public double Evidence { get; private set; } = 1;

    public bool IsAlarm { get; private set; }

    public void Add(double pValue)
    {
        for (var i = 0; i < _powers.Length; i++)
            _logs[i] += Math.Log(_powers[i]) + (_powers[i] - 1) * Math.Log(pValue);
        Evidence = Math.Min(double.MaxValue, _logs.Average(Math.Exp));
        IsAlarm |= Evidence >= 1 / falseAlarmRate;
    }
}
