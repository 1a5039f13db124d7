using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>How a transformer's part of a model file is told from others.</summary>
/// <param name="Part">What it is called in error messages.</param>
/// <param name="Signature">Eight characters that its header starts with.</param>
/// <param name="LoaderSignature">At most 24 characters by which ML.NET finds the type that reads it; see <c>LoadableTypes.cs</c>.</param>
internal sealed record ModelFormat(string Part, string Signature, string LoaderSignature)
{
    /// <summary>Written into new files; files with a higher version are refused by name.</summary>
    public const uint Version = 0x00010001;

    public VersionInfo VersionInfo { get; } = new(
        modelSignature: Signature,
        verWrittenCur: Version,
        verReadableCur: Version,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(ModelFormat).Assembly.FullName);
}
