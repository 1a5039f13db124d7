using Microsoft.ML.LogitNorm;
using Shared.CommandLine;

namespace CompareScores;

/// <summary>
/// Scores as people write them: "MaxSoftmax", "max-softmax", "energy", "all"; "max-softmax+energy" is both in one, by
/// <see cref="OodScores.Fuse"/>.
/// </summary>
internal static class ScoreNames
{
    /// <param name="names">The values of <c>--scores</c>, each one name or several with commas between.</param>
    /// <returns>The scores in the order given; null if no name was, for all.</returns>
    /// <exception cref="InputException">There is no score of a name.</exception>
    public static IReadOnlyList<OodScore>? Find(IEnumerable<string> names)
    {
        OodScore[] scores = [.. names
            .SelectMany(name => name.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .SelectMany(FindSome)
            .Distinct()];
        return scores.Length > 0 ? scores : null;
    }

    /// <summary>The settings of scores to choose from: those worth trying, or the score as it is if it is a joined one.</summary>
    public static IReadOnlyList<OodScore> Candidates(IEnumerable<OodScore> scores)
        => [.. scores.SelectMany(score => OodScores.Candidates.Where(candidate => candidate.Name == score.Name).DefaultIfEmpty(score))];

    private static IEnumerable<OodScore> FindSome(string name)
    {
        if (name.Equals("all", StringComparison.OrdinalIgnoreCase))
            return OodScores.All;
        OodScore[] parts = [.. name.Split('+', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(FindOne)];
        return [parts is [var alone] ? alone : OodScores.Fuse(parts)];
    }

    private static OodScore FindOne(string name)
        => OodScores.All.FirstOrDefault(score => score.Name.Equals(name.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
            ?? throw new InputException($"--scores {name}: there is no such score. There are {string.Join(", ", OodScores.All.Select(score => score.Name))}.");
}
