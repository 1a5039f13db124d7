using System.Globalization;

namespace Microsoft.ML.LogitNorm.Tests.Files;

/// <summary>Whatever is done to a model file: it is refused by name, or predicts the same bits.</summary>
public sealed class ModelAttackTests
{
    [Test]
    public void Load_DamagedInHundredsOfWays_IsRefusedOrPredictsTheSame()
    {
        var (exitCode, output, error) = InTime.Run(InTime.DotNet(typeof(ModelAttack).Assembly.Location, ModelAttack.Name, "12"));
        var lines = output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        TestContext.Out.WriteLine(string.Join(Environment.NewLine, lines));

        Assert.That(exitCode, Is.Zero, $"The process ended by itself: {error}{string.Join(Environment.NewLine, lines)}");
        Assert.That(
            lines.Where(line => !line.StartsWith(ModelAttack.Tried, StringComparison.Ordinal) && !line.StartsWith(ModelAttack.Peak, StringComparison.Ordinal)),
            Is.Empty);
        Assert.That(lines.Count(line => line.StartsWith(ModelAttack.Tried, StringComparison.Ordinal)), Is.EqualTo(4));
        var peak = int.Parse(
            lines.Single(line => line.StartsWith(ModelAttack.Peak, StringComparison.Ordinal))[ModelAttack.Peak.Length..], CultureInfo.InvariantCulture);
        Assert.That(peak, Is.LessThan(1000));
    }
}
