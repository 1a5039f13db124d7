using System.Text;
using LogitNormTool.Scoring;

namespace LogitNormTool.Tests.Scoring;

[TestFixture]
public sealed class NameLinesTests
{
    [TestCase("a\nb\n", "a", "b")]
    [TestCase("a\r\nb", "a", "b")]
    [TestCase("\n\na\n\n b \n", "a", " b ")]
    [TestCase("\uFEFFa\n", "a")]
    [TestCase("ü/日本.png\n", "ü/日本.png")]
    [TestCase("")]
    public void Read_Lines_AreNames(string text, params string[] expected) => Assert.That(Names(Stream(text)), Is.EqualTo(expected));

    [TestCase(1)]
    [TestCase(4095)]
    [TestCase(65_536)]
    public void Read_LinesOfAnyLength_AreWhole(int length)
    {
        string[] names = [.. Enumerable.Range(0, 40).Select(i => new string((char)('a' + (i % 26)), length - (i % Math.Min(length, 7))))];
        Assert.That(Names(Stream(string.Join('\n', names))), Is.EqualTo(names));
    }

    [Test]
    public void Read_FromBehindAnyLine_GivesTheRest()
    {
        const string Text = "one\r\n\ntwo\nthree\n\nfour";
        var nexts = NameLines.Read(Stream(Text)).Select(line => line.Next).ToArray();
        for (var i = 0; i < nexts.Length; i++)
        {
            var stream = Stream(Text);
            stream.Position = nexts[i];
            Assert.That(Names(stream), Is.EqualTo(new[] { "one", "two", "three", "four" }[(i + 1)..]));
        }
    }

    [Test]
    public void Read_WhatIsNoText_IsRefused()
    {
        Assert.That(() => Names(new MemoryStream([0xC3, 0x28])), Throws.TypeOf<InvalidDataException>().With.Message.Contains("UTF-8"));
        Assert.That(() => Names(Stream("a\0b")), Throws.TypeOf<InvalidDataException>().With.Message.Contains("UTF-8"));
        Assert.That(() => Names(Stream(new string('a', 200_000))), Throws.TypeOf<InvalidDataException>().With.Message.Contains("65,536"));
    }

    private static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));

    private static string[] Names(Stream stream) => [.. NameLines.Read(stream).Select(line => Encoding.UTF8.GetString(line.Name.Span))];
}
