using System.IO.Enumeration;
using System.Text;
using LogitNormTool.Prediction;
using Shared.CommandLine;
using Shared.Files;

namespace LogitNormTool.Scoring;

/// <summary><c>logitnorm merge</c>: one file of what all shards have written, after making sure that nothing is missing or there twice.</summary>
internal sealed class MergeJob(string folder, string? output, CancellationToken cancellation)
{
    private const int MostNamed = 5;
    private const string Remedy = "Run logitnorm score again with the same --output: it writes only what is missing or damaged.";

    public void Run()
    {
        if (!Directory.Exists(folder))
            throw new InputException($"DIR {folder}: there is no such folder. Give the --output of logitnorm score.");
        var manifest = Manifest.Find(folder)
            ?? throw new InputException($"DIR {folder}: there is no {Manifest.FileName}, so this is no output of logitnorm score.");
        RequireJustTheFiles(manifest.Files);
        var path = Path.GetFullPath(output ?? Path.Combine(folder, "scores.jsonl"));
        RequireOtherName(path);
        AtomicFile.DeleteLeftOver(folder, ScoreFiles.Pattern);
        AtomicFile.DeleteLeftOver(Path.GetDirectoryName(path)!, Path.GetFileName(path));
        var unreadable = 0L;
        AtomicFile.Write(path, stream => unreadable = ScoreScreen.Merging(
            manifest.Files.Count, done => Merge(manifest, stream, ArrowTable.IsMeant(path), done)));
        ScoreScreen.Merged(output ?? path, manifest.Images, unreadable);
    }

    // The merged file would take a shard's file's place, or be taken for one.
    private void RequireOtherName(string path)
    {
        var name = Path.GetFileName(path);
        if (Path.GetDirectoryName(path) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))
            && (name == Manifest.FileName || FileSystemName.MatchesSimpleExpression(ScoreFiles.Pattern, name)))
            throw new InputException($"--output {path}: the scores to merge have such names in that folder. Choose another name, such as scores.jsonl.");
    }

    private void RequireJustTheFiles(ScoreFiles files)
    {
        string[] expected = [.. Enumerable.Range(0, files.Count).Select(files.Name)];
        var found = ScoreFiles.In(folder);
        int[] missing = [.. Enumerable.Range(0, files.Count).Where(file => !found.Contains(expected[file]))];
        if (missing.Length > 0)
            throw new InputException(
                $"DIR {folder}: {missing.Length:N0} of {files.Count:N0} files are missing: {Names(missing.Select(files.Describe))}. {Remedy}");
        string[] strange = [.. found.Except(expected).Order(StringComparer.Ordinal)];
        if (strange.Length > 0)
            throw new InputException(
                $"DIR {folder}: {Names(strange)} does not belong to these scores, which are {files.Count:N0} files. Move it elsewhere.");
    }

    // The names have the list's hash only if each image is there once, in its place.
    private long Merge(Manifest manifest, Stream stream, bool asTable, Action done)
    {
        using var hash = new NameHash();
        using var table = asTable ? new ArrowTable(stream) : null;
        var unreadable = 0L;
        for (var file = 0; file < manifest.Files.Count; file++)
        {
            cancellation.ThrowIfCancellationRequested();
            var name = manifest.Files.Name(file);
            var content = File.ReadAllBytes(Path.Combine(folder, name));
            Answer[] rows = [.. ScoreFile.Read(content).Select((row, i)
                => row ?? throw new InputException($"DIR {folder}: line {i + 1:N0} of {name} is damaged. {Remedy}"))];
            if (rows.Length != manifest.Files.Rows(file))
                throw new InputException($"DIR {folder}: {name} has {rows.Length:N0} rows; expected {manifest.Files.Rows(file):N0}. {Remedy}");
            foreach (var row in rows)
                hash.Add(Encoding.UTF8.GetBytes(row.Image));
            unreadable += rows.Count(row => row.Error is not null);
            if (table is null)
                stream.Write(content);
            else
                table.Add(rows);
            done();
        }
        table?.End();
        return hash.Finish() == manifest.ListSha256
            ? unreadable
            : throw new InputException($"DIR {folder}: the rows are not the images of the list, each once and in its order. {Remedy}");
    }

    private static string Names(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return string.Join(", ", all.Take(MostNamed)) + (all.Length > MostNamed ? $" and {all.Length - MostNamed:N0} more" : "");
    }
}
