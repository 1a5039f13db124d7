using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;

namespace PaperBenchmark.Tests.Runs;

/// <summary>The whole program, killed and started again.</summary>
public sealed class KilledTrainingTests
{
    private const int Epochs = 6;

    [Test, CancelAfter(180_000)]
    public async Task KilledThreeTimes_EndsWithTheSameWeights(CancellationToken cancellation)
    {
        using var temporary = new TemporaryFolder();
        var undisturbed = Path.Combine(temporary.Root, "undisturbed");
        var killed = Path.Combine(temporary.Root, "killed");
        // Each trains on one thread, so the two do not wait for each other.
        var expected = RunToItsEnd(undisturbed, cancellation);
        var random = new Random(1);
        foreach (var kill in Enumerable.Range(0, 3))
        {
            var (lines, delay) = (EpochsDone(killed) + 1 + random.Next(2), random.Next(150));   // the run of 12 epochs is not to end before the last kill
            TestContext.Out.WriteLine($"kill {kill + 1}: {delay} ms after {lines} epochs of {2 * Epochs}");
            using var program = Start(killed);
            try
            {
                while (EpochsDone(killed) < lines && !program.HasExited)
                    await Task.Delay(5, cancellation);
                await Task.Delay(delay, cancellation);
            }
            finally
            {
                program.Kill();   // SIGKILL: nothing in the program can react to it
            }

            await program.WaitForExitAsync(cancellation);
        }
        Assert.That(
            Directory.GetFiles(killed, "trained.json", SearchOption.AllDirectories),
            Has.Length.LessThan(2),
            "killed before both networks were finished");
        Assert.That(await RunToItsEnd(killed, cancellation), Is.Zero);
        Assert.That(await expected, Is.Zero);
        Assert.That(Models(undisturbed), Has.Count.GreaterThan(0));
        Assert.That(Models(killed), Is.EqualTo(Models(undisturbed)), "SHA-256 of the weights of each run");
    }

    private static async Task<int> RunToItsEnd(string output, CancellationToken cancellation)
    {
        using var program = Start(output);
        try
        {
            await program.WaitForExitAsync(cancellation);
            return program.ExitCode;
        }
        finally
        {
            program.Kill();   // nothing but after a cancellation
        }
    }

    private static Process Start(string output)
    {
        string[] arguments =
        [
            Path.Combine(TestContext.CurrentContext.TestDirectory, "PaperBenchmark.dll"), "train", "table-1", "--preset", "smoke",
            "--seeds", "1", "--epochs", $"{Epochs}", "--train-limit", "320", "--output", output,
        ];
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        var program = Process.Start(start)!;
        program.OutputDataReceived += (_, _) => { };
        program.ErrorDataReceived += (_, line) => TestContext.Out.WriteLine(line.Data);
        program.BeginOutputReadLine();
        program.BeginErrorReadLine();
        return program;
    }

    // Lines of all runs' epochs.csv, without their heads.
    private static int EpochsDone(string output)
        => Directory.Exists(output)
            ? Directory.GetFiles(output, "epochs.csv", SearchOption.AllDirectories).Sum(path => Math.Max(0, File.ReadAllLines(path).Length - 1))
            : 0;

    private static Dictionary<string, string> Models(string output)
        => Directory.GetFiles(output, "model.zip", SearchOption.AllDirectories).ToDictionary(
            path => Path.GetFileName(Path.GetDirectoryName(path))!,
            path =>
            {
                using var zip = ZipFile.OpenRead(path);
                using var weights = zip.Entries.Single(entry => entry.FullName.EndsWith("Weights.safetensors", StringComparison.Ordinal)).Open();
                return Convert.ToHexString(SHA256.HashData(weights));
            });
}
