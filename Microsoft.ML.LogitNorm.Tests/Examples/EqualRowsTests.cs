using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Examples;

public sealed class EqualRowsTests
{
    [TestCase(new[] { 1, 2, 3, 4 }, new[] { 0L, 0, 1, 1 }, new int[0], false)]
    [TestCase(new[] { 1, 1, 3, 4 }, new[] { 0L, 0, 1, 1 }, new[] { 0 }, false)]
    [TestCase(new[] { 1, 3, 1, 3 }, new[] { 0L, 1, 0, 1 }, new[] { 0, 1 }, false)]
    [TestCase(new[] { 1, 1, 1, 1 }, new[] { 0L, 1, 0, 1 }, new[] { 0, 1 }, true)]
    [TestCase(new[] { 1, 1 }, new[] { 0L, 1 }, new int[0], true, Description = "one row of a class says nothing of it")]
    [TestCase(new[] { 1, 2 }, new[] { 0L, 1 }, new int[0], false)]
    [TestCase(new[] { 1 }, new[] { 0L }, new int[0], false)]
    [TestCase(new int[0], new long[0], new int[0], false)]
    [TestCase(new[] { 1, 1, 2 }, new[] { 0L, 0, 0 }, new int[0], false, Description = "the last differs")]
    public void Classes_WhoseRowsAreAllEqual_AreFound(int[] rows, long[] labels, int[] classes, bool all)
    {
        using var scope = NewDisposeScope();
        var values = tensor(rows).view(-1, 1);
        foreach (var part in (int[])[1, 3, 100])
        {
            var equal = new EqualRows();
            for (var start = 0; start < rows.Length; start += part)
                equal.Add(values.narrow(0, start, Math.Min(part, rows.Length - start)), labels.Skip(start).Take(part).ToArray());
            Assert.That(equal.Classes(), Is.EqualTo(classes));
            Assert.That(equal.All(), Is.EqualTo(all));
        }
    }
}
