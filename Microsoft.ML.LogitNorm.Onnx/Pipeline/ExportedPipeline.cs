namespace Microsoft.ML.LogitNorm;

/// <summary>A model as a row of transformers, with one network among them.</summary>
/// <param name="Before">What comes before the network.</param>
/// <param name="Model">The network.</param>
/// <param name="Behind">What comes behind it.</param>
internal sealed record ExportedPipeline(IReadOnlyList<ITransformer> Before, LogitNormModel Model, IReadOnlyList<ITransformer> Behind)
{
    /// <exception cref="ArgumentException">There is no network, or there are several.</exception>
    public static ExportedPipeline Of(ITransformer model)
    {
        var all = Flat(model).ToArray();
        var networks = all.Count(part => part is LogitNormModel);
        if (networks != 1)
            throw new ArgumentException(
                networks == 0
                    ? $"There is no LogitNorm network in the model ({Names(all)}), and only such are exported here. For others there is ConvertToOnnx."
                    : $"There are {networks} LogitNorm networks in the model. Export each for itself, with its own scores and decision.",
                nameof(model));
        var at = Array.FindIndex(all, part => part is LogitNormModel);
        return new(all[..at], (LogitNormModel)all[at], all[(at + 1)..]);
    }

    /// <summary>Whether it is a part that can be in the file.</summary>
    public static bool IsOurs(ITransformer part) => part is OodScoreTransformer or TemperatureScalingTransformer or OodDetectorTransformer;

    /// <summary>The names of what is not in the file.</summary>
    public IReadOnlyList<string> LeftOut => [.. Before.Concat(Behind.Where(part => !IsOurs(part))).Select(part => part.GetType().Name)];

    /// <summary>
    /// Checks that no other transformer writes a column of the network's, of a score or of a decision: the file would hold the value that it had before.
    /// </summary>
    /// <param name="input">The columns in front of the network.</param>
    /// <exception cref="NotSupportedException">One does, or it cannot be told.</exception>
    public void CheckOthers(DataViewSchema input)
    {
        var schema = Model.GetOutputSchema(input);
        var (names, ours) = (Model.Spec.Columns, new HashSet<string>());
        ours.UnionWith([names.Score, names.Logits, names.Embedding, names.LayerStatistics]);
        foreach (var part in Behind)
        {
            DataViewSchema next;
            try
            {
                next = part.GetOutputSchema(schema);
            }
            catch (ArgumentException e) when (!IsOurs(part))
            {
                throw new NotSupportedException(
                    $"{part.GetType().Name} behind the network reads a column that is neither the network's nor made of it, so what it changes cannot be told. "
                    + "Give rows of the whole model as OnnxExportOptions.CheckData, or leave the transformer out of what is exported.", e);
            }
            // The class's name instead of its key is what the file has, too.
            if (!IsOurs(part) && ours.FirstOrDefault(IsWritten) is { } rewritten)
                throw new NotSupportedException(
                    $"{part.GetType().Name} rewrites column '{rewritten}', which the file would hold as it was before. Let it write to another column.");
            if (IsOurs(part))
                ours.UnionWith(next.Select(column => column.Name).Where(IsWritten));
            schema = next;

            bool IsWritten(string name) => next.Count(column => column.Name == name) > schema.Count(column => column.Name == name);
        }
    }

    /// <summary>The transformers of a model in their order, those of pipelines within it in their place.</summary>
    public static IEnumerable<ITransformer> Flat(ITransformer part)
        => part is IEnumerable<ITransformer> chain ? chain.SelectMany(Flat) : [part];

    private static string Names(IEnumerable<ITransformer> parts) => string.Join(", ", parts.Select(part => part.GetType().Name));
}
