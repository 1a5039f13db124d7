using System.Diagnostics;

namespace Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;

/// <summary>Times several things in turns, so that what disturbs the machine disturbs all of them.</summary>
internal static class Rounds
{
    /// <summary>Runs all of them once to warm up, then so many rounds.</summary>
    /// <returns>For each, its seconds in each round.</returns>
    public static IReadOnlyList<double>[] Seconds(int rounds, params Action[] runs)
    {
        var seconds = runs.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round <= rounds; round++)
            for (var i = 0; i < runs.Length; i++)
            {
                var start = Stopwatch.GetTimestamp();
                runs[i]();
                if (round > 0)
                    seconds[i].Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        return seconds;
    }
}
