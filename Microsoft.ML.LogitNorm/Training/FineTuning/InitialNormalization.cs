using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>Chooses how a training normalises its input: weights that were trained elsewhere know their input by one normalisation only.</summary>
internal static class InitialNormalization
{
    /// <summary>Normalised pixels have means within about 2 of 0, whatever they show, and deviations near 1; beyond this their unit is another.</summary>
    private const float LargestShift = 3, LargestRatio = 8;

    /// <summary>That of the options; else that of the initial weights; else that of the training rows.</summary>
    /// <param name="options">The training's.</param>
    /// <param name="input">What is trained on.</param>
    /// <param name="measured">Mean and standard deviation of the training rows.</param>
    /// <param name="log">Is told which it is, and warned where it does not fit the weights or the rows.</param>
    public static InputNormalization Choose(LogitNormTrainer.Options options, NetworkInput input, InputNormalization measured, ContextLog log)
    {
        if (options.InitialWeights is not { } weights)
            return options.Normalization ?? measured;
        var known = weights.NormalizationFor(options.Backbone, input, measured);
        if (options.Normalization is null && known is not null && IsDone(measured, input) && !IsDone(known.Values, input))
        {
            log.Warning(
                $"The pixels of column '{input.Name}' have been normalised already, as their means and standard deviations tell, {measured}: they are "
                + $"normalised by these, and not by {known.Values} of {known.Source}. "
                + "Give Normalization if that is wrong, or the pixels as they are in the images.");
            return measured;
        }
        if (known is null && options.Normalization is null)
            log.Warning(
                $"Nobody knows how the input of {weights} was normalised: it is normalised by the training rows. Give Normalization if you know.");
        if (known is { IsAssumed: false } && options.Normalization is { } given && given != known.Values)
            log.Warning(
                $"Normalization is {given}, but the initial weights were trained with {known.Values}, as {known.Source} says: "
                + "they see other input than they know. Leave Normalization out to take theirs.");
        var chosen = options.Normalization ?? known?.Values ?? measured;
        if (options.Normalization is null && known is not null)
            log.Info($"Input is normalised by {chosen}, as {known.Source} {(known.IsAssumed ? "usually has it" : "says")}.");
        if (input is ImageInput)
            WarnOfOtherUnit(chosen, measured, input, log);
        return chosen;
    }

    // Pixels as they are in images have no mean below 0, and from 0 to 1 no deviation above 0.5; from 0 to 255 their means are larger.
    private static bool IsDone(InputNormalization pixels, NetworkInput input)
        => input is ImageInput { Kind: PixelKind.VectorOfSingle }
            && (pixels.Mean.Any(mean => mean < 0) || pixels.StandardDeviation.Any(deviation => deviation > 0.5f))
            && pixels.Mean.All(mean => Math.Abs(mean) <= LargestShift)
            && pixels.StandardDeviation.All(deviation => deviation is >= 1 / LargestRatio and <= LargestRatio);

    private static void WarnOfOtherUnit(InputNormalization chosen, InputNormalization measured, NetworkInput input, ContextLog log)
    {
        for (var channel = 0; channel < chosen.Mean.Count; channel++)
        {
            var mean = (measured.Mean[channel] - chosen.Mean[channel]) / chosen.StandardDeviation[channel];
            var deviation = measured.StandardDeviation[channel] / chosen.StandardDeviation[channel];
            if (Math.Abs(mean) <= LargestShift && deviation is >= 1 / LargestRatio and <= LargestRatio)
                continue;
            log.Warning(
                Invariant($"Normalised, channel {channel} of column '{input.Name}' has mean {mean:G3} and standard deviation {deviation:G3}, far from the 0 ")
                + Invariant($"and 1 that the initial weights know: the rows have {measured.Mean[channel]:G4} and {measured.StandardDeviation[channel]:G4}, ")
                + Invariant($"and are normalised by {chosen.Mean[channel]:G4} and {chosen.StandardDeviation[channel]:G4}. ")
                + "Are the pixels on another scale? Give Normalization in the column's unit.");
            return;
        }
    }
}
