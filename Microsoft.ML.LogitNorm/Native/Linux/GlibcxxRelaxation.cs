using System.Runtime.Versioning;

namespace Microsoft.ML.LogitNorm;

/// <summary>Lets libLibTorchSharp.so load on Linux systems whose libstdc++ is older than the one it was linked with.</summary>
/// <remarks>
/// TorchSharp 0.107.0 is linked with GCC 13, which stamps two symbols with newer versions than Debian 12 and Ubuntu 22.04
/// (GLIBCXX up to 3.4.30) or RHEL 9 (up to 3.4.29) have, so that the loader refuses the file. Neither is a real need, see
/// <see cref="SymbolOf"/>. The file of the application stays as it is: a copy without the two stamps is loaded instead.
/// <para>
/// Does not help a plug-in host whose load context resolves native libraries to paths: it keeps answering with the stock file, and
/// <see cref="TorchRuntime"/> then says so. Such a host needs a newer libstdc++.
/// </para>
/// </remarks>
internal static class GlibcxxRelaxation
{
    /// <summary>The versions to do without, each with the one symbol that carries it.</summary>
    internal static IReadOnlyDictionary<string, string> SymbolOf { get; } = new Dictionary<string, string>
    {
        // condition_variable::wait: became noexcept in GCC 12, hence a new version; older ones offer it as GLIBCXX_3.4.11.
        ["GLIBCXX_3.4.30"] = "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE",
        // A marker that says "libstdc++ initialises the streams itself". Nothing calls it: no relocation refers to it.
        ["GLIBCXX_3.4.32"] = "_ZSt21ios_base_library_initv",
    };

    /// <summary>Whether the loader refused a file for one of these versions. Its words may be translated, the version is not.</summary>
    public static bool Explains(DllNotFoundException refusal)
        => SymbolOf.Keys.Any(version => refusal.Message.Contains(version, StringComparison.Ordinal));

    /// <summary>Loads a relaxed copy of the library. It keeps its soname, by which the loader then answers whoever asks for the stock file by name.</summary>
    /// <param name="stock">Path of the file as it was shipped. Its dependencies must be loaded: the copy does not lie beside them.</param>
    /// <returns>One line for the log: what was done.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or needs more of a newer libstdc++ than can be done without.</exception>
    /// <exception cref="DllNotFoundException">The copy could not be written or loaded anywhere.</exception>
    [SupportedOSPlatform("linux")]
    public static string Load(string stock)
    {
        var image = File.ReadAllBytes(stock);
        new ElfImage(image).Relax(SymbolOf);
        var place = TransientLibrary.Load(image, Path.GetFileName(stock), TransientLibrary.Places);
        return $"The C++ runtime of this system is older than the one that {Path.GetFileName(stock)} was linked with. "
            + $"Loaded a private copy that does without {string.Join(" and ", SymbolOf.Keys)} by way of {place}; the application's files are unchanged.";
    }
}
