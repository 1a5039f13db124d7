using Microsoft.ML.Data;
using QuickStart;
using Shared.Images;

namespace LogitNormTool.Prediction;

/// <summary>What a model says of image files: an answer each, in their order.</summary>
/// <param name="ml">Where it runs.</param>
/// <param name="model">From an image's path to the decision.</param>
internal sealed class ImageAnswers(MLContext ml, ITransformer model)
{
    // A model that marks what it cannot read says so of each row. Others end there: what they cannot read is found out before, at the price of a second look.
    private readonly bool _marks = model.GetOutputSchema(ml.Data.LoadFromEnumerable(Array.Empty<ImageRow>()).Schema)
        .GetColumnOrNull(nameof(MarkedVerdict.ImageError)) is { Type: TextDataViewType };

    /// <summary>The answers, one after the other.</summary>
    /// <param name="images">The files, each with the name that its answer has.</param>
    /// <param name="cancellation">Stops between two of them.</param>
    public IEnumerable<Answer> Of(IReadOnlyList<(string Name, string Path)> images, CancellationToken cancellation)
        => _marks ? Marked(images, cancellation) : Checked(images, cancellation);

    private IEnumerable<Answer> Marked(IReadOnlyList<(string Name, string Path)> images, CancellationToken cancellation)
    {
        using var verdicts = Verdicts<MarkedVerdict>(images.Select(image => image.Path), cancellation);
        foreach (var image in images)
            yield return Next(verdicts) is { ImageError.Length: > 0 } unread ? Unreadable(image, unread.ImageError) : Answer.Of(image.Name, verdicts.Current);
    }

    private IEnumerable<Answer> Checked(IReadOnlyList<(string Name, string Path)> images, CancellationToken cancellation)
    {
        var reasons = ImageCheck.WhyUnreadable([.. images.Select(image => new LabeledImage(image.Path, ""))], cancellation);
        using var verdicts = Verdicts<Verdict>(images.Where((_, i) => reasons[i].Length == 0).Select(image => image.Path), cancellation);
        foreach (var (image, reason) in images.Zip(reasons))
            yield return reason.Length > 0 ? Unreadable(image, reason) : Answer.Of(image.Name, Next(verdicts));
    }

    // Where the file lies may differ from machine to machine; its name does not. What the system says has the whole path, whatever it was given.
    private static Answer Unreadable((string Name, string Path) image, string reason)
        => Answer.Unreadable(
            image.Name,
            reason.Replace(Path.GetFullPath(image.Path), image.Name, StringComparison.Ordinal).Replace(image.Path, image.Name, StringComparison.Ordinal));

    private IEnumerator<T> Verdicts<T>(IEnumerable<string> paths, CancellationToken cancellation)
        where T : Verdict, new()
        => ml.Data.CreateEnumerable<T>(
            model.Transform(StoppablePaths.Of(ml, paths, cancellation)),
            reuseRowObject: false).GetEnumerator();

    private static T Next<T>(IEnumerator<T> verdicts)
        => verdicts.MoveNext() ? verdicts.Current : throw new InvalidOperationException("The model gave fewer rows than it took.");
}
