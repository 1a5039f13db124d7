using Microsoft.ML.Data;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>Whether outliers can be trained against: what is wrong with them is said before anything is trained.</summary>
internal static class OutlierCheck
{
    private const int BytesAtOnce = 64 << 20;

    /// <summary>Checks what can be known without reading a row.</summary>
    /// <param name="options">How to train.</param>
    /// <param name="input">What is trained on.</param>
    /// <exception cref="InvalidOperationException">The set has rows of another kind.</exception>
    public static void Schema(LogitNormTrainer.Options options, NetworkInput input)
    {
        if (options.OutlierSet is not { } set)
            return;
        try
        {
            if (NetworkInput.Find(set.Schema, input.Name, options.Backbone, options.ImageShape) is var found && found != input)
                throw new InvalidOperationException(
                    $"OutlierSet has other rows in column '{input.Name}': expected {input}, found {found}. "
                    + "Put them through the same transforms as the training rows.");
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new InvalidOperationException($"OutlierSet cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Checks rows that have been read.</summary>
    /// <param name="outliers">The rows.</param>
    /// <param name="set">Where they come from.</param>
    /// <param name="training">The training rows, on the CPU; streamed ones are read once more.</param>
    /// <param name="input">What both are.</param>
    /// <exception cref="InvalidOperationException">There are none, or one is a training row.</exception>
    public static void Rows(OutlierRows outliers, IDataView set, IExampleSource training, NetworkInput input)
    {
        if (outliers.Set.Count == 0)
            throw new InvalidOperationException(
                LeftOutRows.NothingLeft(outliers.LeftOut, "OutlierSet", LeftOutRows.NoOthers)
                ?? $"OutlierSet has no rows; expected {input.Rows} of none of the classes in column '{input.Name}'. Give it rows, or leave it out.");
        if (outliers.FindIn(training, Math.Max(1, BytesAtOnce / input.BytesPerRow)) is not var (outlier, row))
            return;
        var error = RowError.Naming(
            outlier,
            Invariant($"Row {outlier} (counted from 0) of OutlierSet is in column '{input.Name}', bit for bit, labelled training row {row}: ")
            + "what belongs to a class cannot belong to none. Remove it from one of the two.");
        RowText.AddToNumbered(error, set, set.Schema[input.Name], outlier);
        throw error;
    }

    /// <summary>Warns of rows whose label says that they are of a class. The column need not be there, nor be a key.</summary>
    public static void WarnOfClasses(IDataView set, LabelColumn label, ContextLog log)
    {
        var names = Enumerable.Range(0, label.ClassCount).Select(label.NameOf).ToHashSet();
        if (Labels(set, label) is not { } labels || labels.LongCount(names.Contains) is not (> 0 and var count))
            return;
        log.Warning(
            Invariant($"{count:N0} rows of OutlierSet have in column '{label.Name}' one of the {label.ClassCount} classes, and are trained against ")
            + "nevertheless: the network unlearns what it is to know. Leave them out if the label is right.");
    }

    // The names in the label column: those of its keys, or its texts.
    private static IEnumerable<string>? Labels(IDataView set, LabelColumn label) => set.Schema.GetColumnOrNull(label.Name) switch
    {
        { Type: KeyDataViewType { RawType: var raw, Count: <= int.MaxValue } } key when raw == typeof(uint)
            => LabelColumn.Find(set.Schema, label.Name) is var own
                ? set.GetColumn<uint>(key).Where(value => value > 0).Select(value => own.NameOf((int)value - 1))
                : null,
        { Type: TextDataViewType } text => set.GetColumn<ReadOnlyMemory<char>>(text).Select(value => value.ToString()),
        _ => null,
    };
}
