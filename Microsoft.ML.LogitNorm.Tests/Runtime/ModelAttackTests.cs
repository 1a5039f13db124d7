using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Whatever is done to a model file: it is refused by name, or predicts the same bits.</summary>
public sealed class ModelAttackTests
{
    [Test]
    public void Load_DamagedInHundredsOfWays_IsRefusedOrPredictsTheSame()
    {
        var host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        var start = new ProcessStartInfo(host, [typeof(ModelAttack).Assembly.Location, ModelAttack.Name, "12"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var lines = process.StandardOutput.ReadToEnd().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        TestContext.Out.WriteLine(string.Join(Environment.NewLine, lines));

        Assert.That(process.ExitCode, Is.Zero, $"The process ended by itself: {error.Result}{string.Join(Environment.NewLine, lines)}");
        Assert.That(lines.Where(line => !line.StartsWith(ModelAttack.Tried, StringComparison.Ordinal) && !line.StartsWith(ModelAttack.Peak, StringComparison.Ordinal)), Is.Empty);
        Assert.That(lines.Count(line => line.StartsWith(ModelAttack.Tried, StringComparison.Ordinal)), Is.EqualTo(4));
        var peak = int.Parse(lines.Single(line => line.StartsWith(ModelAttack.Peak, StringComparison.Ordinal))[ModelAttack.Peak.Length..], CultureInfo.InvariantCulture);
        Assert.That(peak, Is.LessThan(1000));
    }
}
