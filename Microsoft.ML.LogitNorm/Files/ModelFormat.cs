using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>How a transformer's part of a model file is told from others, and which versions of it there are.</summary>
/// <remarks>
/// A part's version goes up by one whenever what is written changes. Where an older library may leave out what is new and still predicts the same, only
/// <see cref="Written"/> goes up: it then ignores properties that it does not know. Where it may not, <see cref="ReadableFrom"/> goes up too.
/// </remarks>
/// <param name="Part">What it is called in error messages.</param>
/// <param name="Signature">Eight characters that its header starts with.</param>
/// <param name="LoaderSignature">At most 24 characters by which ML.NET finds the type that reads it; see <c>LoadableTypes.cs</c>.</param>
/// <param name="Written">The version that is written.</param>
/// <param name="ReadableFrom">The oldest version whose library can read what is written.</param>
/// <param name="OldestRead">The oldest version that can be read.</param>
internal sealed record ModelFormat(string Part, string Signature, string LoaderSignature, uint Written, uint ReadableFrom, uint OldestRead)
{
    public VersionInfo VersionInfo { get; } = new(
        modelSignature: Signature,
        verWrittenCur: Written,
        verReadableCur: ReadableFrom,
        verWeCanReadBack: OldestRead,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(ModelFormat).Assembly.FullName);

    /// <summary>Checks the version of a part that is about to be read.</summary>
    /// <exception cref="InvalidDataException">It is no such part, or its version cannot be read.</exception>
    public void Check(ModelLoadContext context)
    {
        try
        {
            context.CheckAtModel(VersionInfo);
        }
        catch (FormatException e)
        {
            // ML.NET's own words for these cases blame its own version.
            var header = context.Header;
            var problem = header.ModelSignature != VersionInfo.ModelSignature ? e.Message
                : header.ModelVerReadable > Written ? "it was saved by a newer version of Microsoft.ML.LogitNorm. Load it with that version or a later one."
                : header.ModelVerWritten < OldestRead ? "it was saved by a version of Microsoft.ML.LogitNorm before 0.1.0, whose format is no longer read. "
                    + "Train the model anew, or save it with a current version."
                : e.Message;
            throw new InvalidDataException($"The {Part} in this model file cannot be read: {problem}");
        }
    }
}
