using System.Globalization;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <inheritdoc cref="Augmentation.PixMix"/>
/// <remarks>
/// What is random is drawn first, for the whole batch (<see cref="PixMixPlan"/>). Then all changed images are made, kind by kind, and the rounds are done one
/// after the other, sums and products each for all images that have one.
/// </remarks>
internal sealed record PixMixAugmentation(int K, double Beta, int Pictures) : Augmentation
{
    private const int MostPictures = 2000;

    // A product with a negative exponent divides: by black it would be infinite, and infinite times black no number.
    private const double Darkest = 1e-37;

    public int K { get; } = K >= 1 ? K : throw new ArgumentOutOfRangeException("k", K, "Mix in up to 1 or more rounds.");

    public double Beta { get; } = double.IsFinite(Beta) && Beta > 0
        ? Beta
        : throw new ArgumentOutOfRangeException("beta", Beta, "β is finite and above 0, such as 3.");

    public int Pictures { get; } = Pictures is >= 1 and <= MostPictures
        ? Pictures
        : throw new ArgumentOutOfRangeException("pictures", Pictures, $"Mix in 1 to {MostPictures} pictures.");

    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"PixMix({K}, {Beta}{(Pictures == 300 ? "" : $", pictures: {Pictures}")})");

    internal override Tensor Gather(Tensor pixels, Tensor rows, AugmentationContext context)
    {
        using var scope = NewDisposeScope();
        var images = pixels.index_select(0, rows).to(float32).Over(context.White).Within(0.0, 1.0);   // [B, H, W, C]
        var plans = PixMixPlan.Draw(rows.shape[0], K, Beta, Pictures, context.Generator);
        var pictures = MixingPictures.For(pixels, Pictures, context);
        var looks = new Looks(images, plans);
        var mixed = images.clone();
        int[] begun = [.. plans.Index().Where(plan => plan.Item.First is not null).Select(plan => plan.Index)];
        if (begun.Length > 0)
            mixed.index_copy_(0, Index(begun, mixed.device), looks.Of(begun.Select(image => (image, 0))));
        for (var number = 1; number <= K; number++)
            foreach (var multiplies in (bool[])[false, true])
                Mix(mixed, plans, number, multiplies, looks, pictures);
        mixed = mixed.Times(context.White);
        return (pixels.is_floating_point() ? mixed : mixed.round()).to(pixels.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>One round, in place, of those images that have it and a sum, or a product, in it.</summary>
    private static void Mix(Tensor mixed, IReadOnlyList<PixMixPlan> plans, int number, bool multiplies, Looks looks, MixingPictures pictures)
    {
        using var scope = NewDisposeScope();
        // Those with another look of themselves first, as both kinds come in one piece each.
        (int Image, PixMixRound Round)[] members = [.. plans.Index()
            .Where(plan => plan.Item.Rounds.Count >= number && plan.Item.Rounds[number - 1].Multiplies == multiplies)
            .Select(plan => (plan.Index, plan.Item.Rounds[number - 1]))
            .OrderBy(member => member.Item2.Change is null)];
        if (members.Length == 0)
            return;
        var itself = members.Count(member => member.Round.Change is not null);
        var parts = new List<Tensor>();
        if (itself > 0)
            parts.Add(looks.Of(members[..itself].Select(member => (member.Image, number))));
        if (itself < members.Length)
            parts.Add(pictures.Crops([.. members[itself..].Select(member => member.Round)]));
        var places = Index(members.Select(member => member.Image), mixed.device);
        var (x, y) = (mixed.index_select(0, places), cat([.. parts]));
        var (a, b) = (Each(members.Select(member => member.Round.A), mixed.device), Each(members.Select(member => member.Round.B), mixed.device));
        var result = multiplies ? Product(x, a, y, b) : Sum(x, a, y, b);
        mixed.index_copy_(0, places, result.Within(0.0, 1.0));
    }

    /// <summary>(a(2x − 1) + b(2y − 1) + 1) / 2.</summary>
    private static Tensor Sum(Tensor x, Tensor a, Tensor y, Tensor b) => x.Minus(0.5).mul(a).Plus(y.Minus(0.5).mul(b)).Plus(0.5);

    /// <summary>(2x)ᵃ(2y)ᵇ / 2.</summary>
    private static Tensor Product(Tensor x, Tensor a, Tensor y, Tensor b) => x.Times(2.0).pow(a).mul(y.Times(2.0).AtLeast(Darkest).pow(b)).Over(2);

    private static Tensor Each(IEnumerable<float> numbers, Device device) => tensor(numbers.ToArray(), device: device).view(-1, 1, 1, 1);

    private static Tensor Index(IEnumerable<int> numbers, Device device) => tensor(numbers.Select(number => (long)number).ToArray(), device: device);

    /// <summary>All changed images of a batch, by the image and the round that they are for; 0 is the beginning.</summary>
    private sealed class Looks
    {
        private readonly Dictionary<(int Image, int Round), int> _places = [];
        private readonly Tensor _changed;   // in the scope of who makes it

        public Looks(Tensor images, IReadOnlyList<PixMixPlan> plans)
        {
            var wanted = new List<(int Image, LightChange Change)>();
            foreach (var (image, plan) in plans.Index())
                foreach (var (round, change) in plan.Rounds.Select(round => round.Change).Prepend(plan.First).Index())
                    if (change is { } some)
                    {
                        _places[(image, round)] = wanted.Count;
                        wanted.Add((image, some));
                    }
            _changed = LightChanges.Of(images, wanted);
        }

        public Tensor Of(IEnumerable<(int Image, int Round)> members)
            => _changed.index_select(0, Index(members.Select(member => _places[member]), _changed.device));
    }
}
