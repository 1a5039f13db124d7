using System.Diagnostics;
using System.Globalization;
using LogitNormTool.Scoring;

namespace LogitNormTool.Tests.Scoring;

/// <summary><c>score</c> as a scheduler runs it: several processes on one folder, which it may end at any moment.</summary>
[TestFixture]
[NonParallelizable]
public sealed class ScoreProcessesTests
{
    private const int Rounds = 60, RowsPerFile = 20;

    private TinyVerdicts _tiny = null!;
    private TemporaryFolder _folder = null!;

    [OneTimeSetUp]
    public void Make()
    {
        (_tiny, _folder) = (new(), new());
        var pictures = Directory.GetFiles(_tiny.Pictures, "*.png", SearchOption.AllDirectories);
        var names = pictures.Select(path => Path.GetRelativePath(_tiny.Pictures, path)).ToArray();
        File.WriteAllLines(_folder.At("list.txt"), Enumerable.Range(0, Rounds).SelectMany(_ => names));   // a name may stand there often
        Assert.That(ToolRun.Of("score", Arguments("undisturbed")).Exit, Is.Zero);
    }

    [OneTimeTearDown]
    public void Delete()
    {
        _tiny.Dispose();
        _folder.Dispose();
    }

    [TestCase("KILL", 128 + 9)]
    [TestCase("INT", 130)]
    [TestCase("TERM", 130)]
    [CancelAfter(180_000)]
    public async Task Score_EndedInTheMiddleAndStartedAgain_HasTheSameFiles(string signal, int exitCode, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("Windows has no signals.");
        if (signal == "INT" && InterruptIsIgnored())
            Assert.Ignore("SIGINT is ignored here, as in what a shell runs in the background, and so in all that is started from here.");
        // On a busy machine it may be at its end before the signal is there: then once more.
        var exit = await Ended(signal, cancellation);
        for (var attempt = 0; exit == 0 && attempt < 5; attempt++)
        {
            Directory.Delete(_folder.At(signal), recursive: true);
            exit = await Ended(signal, cancellation);
        }
        Assert.That(exit, Is.EqualTo(exitCode));
        var kept = Files(signal);
        var times = kept.Keys.ToDictionary(name => name, name => File.GetLastWriteTimeUtc(_folder.At(signal, name)));
        Assert.That(kept, Has.Count.LessThan(Files("undisturbed").Count), "ended before its end");
        Assert.That(ToolRun.Of("merge", _folder.At(signal)).Errors, Does.Contain("are missing"));

        Assert.That(ToolRun.Of("score", Arguments(signal)).Exit, Is.Zero);
        Assert.That(Files(signal), Is.EqualTo(Files("undisturbed")));
        Assert.That(kept.Keys.ToDictionary(name => name, name => File.GetLastWriteTimeUtc(_folder.At(signal, name))), Is.EqualTo(times), "not done again");
    }

    private async Task<int> Ended(string signal, CancellationToken cancellation)
    {
        using var process = Start(signal, []);
        try
        {
            while (Count(signal) < 1 && !process.HasExited)
                await Task.Delay(2, cancellation);
            using var kill = Process.Start("kill", ["-s", signal, $"{process.Id}"]);
            await process.WaitForExitAsync(cancellation);
        }
        finally
        {
            process.Kill();   // nothing but after a cancellation
        }
        return process.ExitCode;
    }

    // The mask of ignored signals, of which SIGINT is the second. Where the system has no such file, nothing is known, and the test runs.
    private static bool InterruptIsIgnored()
        => File.Exists("/proc/self/status")
            && File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is var line
            && (ulong.Parse(line["SigIgn:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 2) != 0;

    [Test, CancelAfter(180_000)]
    public async Task Score_FolderThatGoesAwayInTheMiddle_IsNoRowsThatCannotBeRead(CancellationToken cancellation)
    {
        foreach (var path in Directory.GetFiles(_tiny.Pictures, "*.png", SearchOption.AllDirectories))
            _folder.Write(Path.Combine("mounted", Path.GetRelativePath(_tiny.Pictures, path)), await File.ReadAllBytesAsync(path, cancellation));
        using var process = Start("away", [], "--root", _folder.At("mounted"), "--rows-per-file", "100000");
        var said = process.StandardError.ReadToEndAsync(cancellation);
        while (!File.Exists(_folder.At("away", Manifest.FileName)) && !process.HasExited)
            await Task.Delay(2, cancellation);
        await Task.Delay(100, cancellation);   // sooner or later, it ends the same way
        Directory.Move(_folder.At("mounted"), _folder.At("unmounted"));
        await process.WaitForExitAsync(cancellation);
        Assert.That(process.ExitCode, Is.EqualTo(1));
        Assert.That(await said, Does.Contain("scores-00001-of-00001.jsonl is not written. Is the folder mounted"));
        Assert.That(Files("away"), Is.Empty);
    }

    [Test, CancelAfter(180_000)]
    public async Task Score_TwoShardsAtOnceOfTwoSchedulers_WriteWhatOneWrites(CancellationToken cancellation)
    {
        using var slurm = Start("two", new()
        {
            ["SLURM_ARRAY_TASK_ID"] = "7", ["SLURM_ARRAY_TASK_MIN"] = "6", ["SLURM_ARRAY_TASK_MAX"] = "7", ["SLURM_ARRAY_TASK_COUNT"] = "2",
        });
        using var kubernetes = Start("two", new() { ["JOB_COMPLETION_INDEX"] = "0", ["LOGITNORM_SHARDS"] = "2" });
        var said = await Task.WhenAll(slurm.StandardOutput.ReadToEndAsync(cancellation), kubernetes.StandardOutput.ReadToEndAsync(cancellation));
        await Task.WhenAll(slurm.WaitForExitAsync(cancellation), kubernetes.WaitForExitAsync(cancellation));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(slurm.ExitCode, Is.Zero);
            Assert.That(kubernetes.ExitCode, Is.Zero);
            Assert.That(said[0], Does.Contain("2 of 2, by SLURM_ARRAY_TASK_ID=7"));
            Assert.That(said[1], Does.Contain("1 of 2, by JOB_COMPLETION_INDEX=0 and LOGITNORM_SHARDS=2"));
            Assert.That(Files("two"), Is.EqualTo(Files("undisturbed")));
        }
    }

    private Process Start(string output, Dictionary<string, string> environment, params string[] options)
    {
        var tool = Path.Combine(TestContext.CurrentContext.TestDirectory, "Microsoft.ML.LogitNorm.Tool.dll");
        var start = new ProcessStartInfo("dotnet", [tool, "score", .. Arguments(output, options)])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private string[] Arguments(string output, params string[] options)
        => [_tiny.Marking, "--images", _folder.At("list.txt"), "--output", _folder.At(output),
            .. options.Length > 0 ? options : ["--root", _tiny.Pictures, "--rows-per-file", $"{RowsPerFile}"]];

    private int Count(string output) => Directory.Exists(_folder.At(output)) ? Directory.GetFiles(_folder.At(output), ScoreFiles.Pattern).Length : 0;

    private Dictionary<string, string> Files(string output)
        => Directory.Exists(_folder.At(output))
            ? Directory.GetFiles(_folder.At(output), ScoreFiles.Pattern).ToDictionary(path => Path.GetFileName(path), File.ReadAllText)
            : [];
}
