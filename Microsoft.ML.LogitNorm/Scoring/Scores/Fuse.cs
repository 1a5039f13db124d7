using System.Globalization;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Fisher's method on conformal p-values: how surprising a row is by several scores together, whatever their scales, without weights to tune.
/// </summary>
/// <remarks>
/// Σ over the parts of t, t = −ln p, p = (1 + #{calibration rows whose score is at least that of the row}) / (n + 1) for n calibration rows;
/// gives [B], at least 0, higher = more likely out of distribution.
/// R. A. Fisher, Statistical Methods for Research Workers (1932), for p-values in general; for conformal ones Bates et al., Annals of Statistics 2023,
/// arXiv 2104.08279.
/// Ranks cannot tell far from very far. So beyond q99, the calibration rows' 99 % quantile, t goes on as an exponential tail would, by the tenfold from
/// their 90 % quantile to there: t = ln 100 + (s − q99) · ln 10 / (q99 − q90), s = the part's score. Of fewer than 199 rows the quantile is that at
/// 2 / (n + 1) from the end, and of fewer than 20 there is no tail. That is this library's own.
/// Needs what its parts need; learns what they learn, and n sorted scores for each.
/// The calibration rows are those of <c>Fit</c>, or rows that were held out, where it is given them: a network that knows its training rows by heart finds
/// all others surprising. Where a part learns from rows and none are held out, it would find the rows of <c>Fit</c> too familiar to be ranked among them: all
/// parts then learn from four fifths, drawn at random, and the others rank. Cost: that of the parts, and O(B log n).
/// </remarks>
/// <param name="Parts">At least two scores.</param>
internal sealed record Fuse(IReadOnlyList<OodScore> Parts) : OodScore
{
    internal const string Ranks = "Ranks";
    private const int OneOf = 5;

    /// <summary>The shares of calibration rows from which the tail takes its scale, and beyond which it begins.</summary>
    private const double Uncommon = 0.1, Rare = 0.01;

    /// <summary>With fewer calibration rows there is no 90 % quantile that is not the largest of them.</summary>
    private const int FewestRanks = 10;

    // Any number: the same rows are kept for ranking each time that a score is fitted.
    private const ulong Seed = 5;

    public IReadOnlyList<OodScore> Parts { get; } = Check(Parts);

    internal override string Kind => $"{Name}({string.Join(", ", Parts.Select(part => part.Kind))})";

    internal override OodInputs Needs => Parts.Aggregate(default(OodInputs), (needs, part) => needs | part.Needs);

    internal override OodInputs? LearnsFrom => Parts.Aggregate(Needs, (needs, part) => needs | (part.LearnsFrom ?? default));

    private bool PartsLearn => Parts.Any(part => part.LearnsFrom is not null);

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows)
    {
        var count = rows.Count;
        var fewest = PartsLearn ? OneOf * FewestRanks : FewestRanks;
        if (count < fewest)
            throw new OodScoreException(
                $"The score {Name} needs at least {fewest} rows to fit, "
                + $"{(PartsLearn ? $"one in {OneOf} of which it keeps for ranking" : "among which it ranks")}; there are {count}. "
                + "Fit it on more rows, or take one of its parts alone.");
        // In a random order: rows often come class by class, or class after class in turn.
        using var generator = new Generator(Seed, CPU);
        var order = randperm(count, int64, generator: generator);
        var kept = count / OneOf;
        return PartsLearn
            ? Learn(rows.Rows(order.narrow(0, 0, kept)), (rows with { Values = null }).Rows(order.narrow(0, kept, count - kept)), LearnPart)
            : Learn(rows, rows, LearnPart);

        IReadOnlyDictionary<string, Tensor> LearnPart(OodScore part, OodBatch learning)
        {
            try
            {
                return part.Learn(learning);
            }
            catch (OodScoreException e)
            {
                throw new OodScoreException(
                    Invariant($"A part of the score Fuse, which learns from {learning.Count:N0} of the {count:N0} rows and keeps the others for ranking: ")
                    + e.Message);
            }
        }
    }

    internal override bool RanksRows => true;

    internal override IReadOnlyDictionary<string, Tensor> Learn(in OodBatch rows, in OodBatch heldOut)
    {
        var ranking = heldOut;   // also of a part that is a Fuse itself
        return ranking.Count >= FewestRanks
            ? Learn(ranking, rows, (part, learning) => part.Learn(learning, ranking))
            : throw new OodScoreException(
                Invariant($"The score {Name} needs at least {FewestRanks} held-out rows, among which it ranks; there are {ranking.Count}. ")
                + "Hold out more rows, or none.");
    }

    internal override IReadOnlyList<LearnedTensor> Learned(LearnedScore.Sizes from)
        => [.. Parts.Index().SelectMany(part => part.Item.Learned(from).Select(tensor => tensor.OfPart($"{part.Index}/"))
            .Append(new($"{part.Index}/{Ranks}", ScalarType.Float64, LearnedTensor.Dimension.Rows(symbol: "R")) { Ascends = true }))];

    internal override Tensor Score(in OodBatch batch)
    {
        var sum = zeros(batch.Count, float64, batch.Device);
        foreach (var (i, part) in Parts.Index())
        {
            var own = OfPart(batch.Learned, i);
            var score = part.Score(batch with { Learned = own }).to(float64);   // [B]
            // A part that is NaN would have a rank like any other, and nobody would know.
            sum = sum.Plus(Surprise(score, own[Ranks]).Filled(score.isfinite().logical_not(), double.NaN));
        }
        return sum;
    }

    /// <summary>What a part has learned, and its ranks, of all that the score has.</summary>
    internal static IReadOnlyDictionary<string, Tensor> OfPart(IReadOnlyDictionary<string, Tensor> learned, int part)
    {
        var prefix = $"{part.ToString(CultureInfo.InvariantCulture)}/";
        return learned.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(pair => pair.Key[prefix.Length..], pair => pair.Value);
    }

    private protected override string Parameters => string.Join(", ", Parts);

    /// <summary>t of each row.</summary>
    /// <param name="score">[B].</param>
    /// <param name="ranks">[n], ascending.</param>
    private static Tensor Surprise(Tensor score, Tensor ranks)
    {
        var count = ranks.shape[0];
        var below = searchsorted(ranks, score).to(float64);
        var surprise = below.neg().Plus(count + 1.0).Over(count + 1).log().neg();
        return TailOf(ranks) is var (from, level, slope)
            ? where(score.Minus(from).IsPositive(), score.Minus(from).Times(slope).Plus(level), surprise)
            : surprise;
    }

    /// <summary>The line on which t goes on beyond the ranks, t = level + slope · (s − from); null where there is none.</summary>
    /// <param name="ranks">[n], ascending.</param>
    internal static (double From, double Level, double Slope)? TailOf(Tensor ranks)
    {
        // Few rows know nothing of one in a hundred: the tail begins where they end.
        var rarest = Math.Max(Rare, 2.0 / (ranks.shape[0] + 1));
        var (body, tail) = (Quantile(ranks, 1 - Uncommon), Quantile(ranks, 1 - rarest));
        // Nor is there a tail to go on where calibration rows are all alike.
        return rarest < Uncommon && tail > body ? (tail, -Math.Log(rarest), Math.Log(Uncommon / rarest) / (tail - body)) : null;
    }

    private static double Quantile(Tensor ascending, double share)
    {
        var at = share * (ascending.shape[0] - 1);
        var (low, high) = (ascending[(long)Math.Floor(at)].item<double>(), ascending[(long)Math.Ceiling(at)].item<double>());
        return low + (high - low) * (at - Math.Floor(at));
    }

    private Dictionary<string, Tensor> Learn(OodBatch ranking, OodBatch learning, Func<OodScore, OodBatch, IReadOnlyDictionary<string, Tensor>> learnPart)
    {
        var learned = new Dictionary<string, Tensor>();
        foreach (var (i, part) in Parts.Index())
        {
            var own = part.LearnsFrom is null ? new Dictionary<string, Tensor>() : learnPart(part, learning);
            foreach (var (name, value) in own)
                learned[$"{i}/{name}"] = value;
            learned[$"{i}/{Ranks}"] = ScoreInBatches(part, ranking with { Learned = own }).sort().Values;
        }
        return learned;
    }

    // All rows at once could be too many for a score that looks at whole images, or compares with many rows.
    private static Tensor ScoreInBatches(OodScore score, OodBatch rows)
        => cat([.. TensorArithmetic.Range(rows.Count, int64).split(rows.AtOnce).Select(part =>
        {
            using var scope = NewDisposeScope();
            return score.Score(rows.Rows(part)).to(float64).MoveToOuterDisposeScope();
        })]);

    private static IReadOnlyList<OodScore> Check(IReadOnlyList<OodScore> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count < 2 || parts.Contains(null!))
            throw new ArgumentException(
                $"Fuse joins at least 2 scores; got {parts.Count(part => part is not null).ToString(CultureInfo.InvariantCulture)}.", nameof(parts));
        return ValueList.Of(parts);
    }
}
