using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>The outliers of each step: rows of a set, images made of the step's own, or half of each. Owns nothing.</summary>
/// <remarks>They are drawn anew in each step, with replacement, so that nothing but the generator's state decides which come next.</remarks>
internal sealed class OutlierBatches
{
    private readonly ExampleSet? _set;
    private readonly OutlierPainter? _painter;
    private readonly Augmentation _augmentation;
    private readonly long _drawn, _painted;

    /// <param name="options">How to train, with nothing left open.</param>
    /// <param name="set">The rows of <see cref="LogitNormTrainer.Options.OutlierSet"/>, on the device that trains; null for none.</param>
    private OutlierBatches(LogitNormTrainer.Options options, ExampleSet? set)
    {
        (_set, _augmentation) = (set, options.Augmentation!);
        _painter = options.SyntheticOutliers == SyntheticOutliers.None ? null : new(options.SyntheticOutliers);
        var both = _set is not null && _painter is not null;
        var count = Math.Max(both ? 2 : 1, (long)Math.Round(options.OutlierShare * options.BatchSize!.Value));
        _painted = both ? count / 2 : _painter is null ? 0 : count;
        _drawn = count - _painted;
    }

    /// <summary>The outliers of a training; null for one that has none.</summary>
    /// <param name="options">How to train, with nothing left open.</param>
    /// <param name="set">The rows of <see cref="LogitNormTrainer.Options.OutlierSet"/>, on the device that trains; null for none.</param>
    public static OutlierBatches? Of(LogitNormTrainer.Options options, ExampleSet? set)
        => set is null && options.SyntheticOutliers == SyntheticOutliers.None ? null : new(options, set);

    /// <summary>The next outliers, [K, …], as the training rows are, in the caller's scope.</summary>
    /// <param name="rows">The step's training rows, [B, …].</param>
    /// <param name="labels">Their classes, [B].</param>
    /// <param name="context">Where randomness comes from, and what the augmentation keeps.</param>
    public Tensor Next(Tensor rows, Tensor labels, AugmentationContext context)
    {
        using var scope = NewDisposeScope();
        var outliers = (_set, _painter) switch
        {
            ({ } set, null) => Draw(set, context),
            (null, { } painter) => painter.Paint(rows, labels, _painted, context.Generator),
            ({ } set, { } painter) => cat([Draw(set, context), painter.Paint(rows, labels, _painted, context.Generator)]),
            _ => throw new InvalidOperationException("There are no outliers."),
        };
        return outliers.MoveToOuterDisposeScope();
    }

    private Tensor Draw(ExampleSet set, AugmentationContext context)
        => _augmentation.Gather(set.Values, randint(0, set.Count, [_drawn], dtype: int64, generator: context.Generator).to(set.Values.device), context);
}
