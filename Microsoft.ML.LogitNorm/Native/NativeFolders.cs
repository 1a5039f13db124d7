namespace Microsoft.ML.LogitNorm;

/// <summary>Where applications keep native libraries.</summary>
internal static class NativeFolders
{
    /// <summary>The folders of this process, in the order in which to look.</summary>
    public static IReadOnlyList<string> Current { get; } = List(
        TorchPackages.Platform,
        AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string,
        AppContext.BaseDirectory,
        TorchPackages.TorchSharpFolder);

    /// <summary>Lists the folders: those that the host resolved (package caches too), the application's, a plug-in's.</summary>
    /// <param name="platform">Runtime identifier, as <c>linux-x64</c>.</param>
    /// <param name="searchDirectories">What the host put into <c>NATIVE_DLL_SEARCH_DIRECTORIES</c>, if anything.</param>
    /// <param name="applicationFolder">
    /// Folder of the application: native files lie there when it is published for one platform, else under <c>runtimes</c>.
    /// </param>
    /// <param name="torchSharpFolder">Folder of TorchSharp.dll, or empty in a single-file application.</param>
    public static IReadOnlyList<string> List(string platform, string? searchDirectories, string applicationFolder, string torchSharpFolder)
    {
        string[] roots = torchSharpFolder.Length > 0 ? [applicationFolder, torchSharpFolder] : [applicationFolder];
        return
        [
            .. (searchDirectories ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
                .Concat(roots.SelectMany(root => new[] { Path.Combine(root, "runtimes", platform, "native"), root }))
                .Select(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))
                .Distinct(),
        ];
    }

    /// <summary>Whether TorchSharp.dll was loaded from a package, <c>…/torchsharp/0.107.0/lib/net6.0</c>, rather than from an application.</summary>
    public static bool IsPackageCache(string torchSharpFolder)
        => torchSharpFolder.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar) is [.., "torchsharp", _, "lib", _];

    /// <summary>The first folder that has the file, as a path to it.</summary>
    public static string? Find(this IEnumerable<string> folders, string fileName)
        => folders.Select(folder => Path.Combine(folder, fileName)).FirstOrDefault(File.Exists);
}
