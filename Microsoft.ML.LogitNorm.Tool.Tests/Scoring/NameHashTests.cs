using System.Security.Cryptography;
using System.Text;
using LogitNormTool.Scoring;

namespace LogitNormTool.Tests.Scoring;

[TestFixture]
public sealed class NameHashTests
{
    [TestCase(0, 0)]
    [TestCase(3, 10)]
    [TestCase(20_000, 33)]
    [TestCase(2, 65_535)]
    [TestCase(3, 65_536)]
    [TestCase(2, 200_000)]
    public void Finish_Names_IsTheHashOfTheirLines(int count, int length)
    {
        string[] names = [.. Enumerable.Range(0, count).Select(i => new string((char)('a' + (i % 26)), length))];
        using var hash = new NameHash();
        foreach (var name in names)
            hash.Add(Encoding.UTF8.GetBytes(name));
        var text = string.Concat(names.Select(name => name + "\n"));
        Assert.That(hash.Finish(), Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))));
    }
}
