using LogitNormTool.Prediction;
using Shared.Files;

namespace LogitNormTool.Scoring;

/// <summary>A file of rows: an answer in each line.</summary>
internal static class ScoreFile
{
    /// <summary>Writes the file whole. Until the last answer is there, nothing of it is on the disk.</summary>
    /// <returns>How many of the images cannot be read.</returns>
    public static int Write(string path, IEnumerable<Answer> answers)
    {
        using var lines = new MemoryStream();
        var unreadable = 0;
        foreach (var answer in answers)
        {
            lines.Write(AnswerLine.Of(answer));
            lines.WriteByte((byte)'\n');
            unreadable += answer.Error is null ? 0 : 1;
        }
        AtomicFile.Write(path, stream => lines.WriteTo(stream));
        return unreadable;
    }

    /// <summary>Whether a file holds just these images, each with a whole line.</summary>
    public static bool Holds(string path, IEnumerable<string> images)
        => Read(File.ReadAllBytes(path)).Select(row => row?.Image).SequenceEqual(images);

    /// <summary>The rows of a file; null for a line that is no whole answer.</summary>
    public static IEnumerable<Answer?> Read(byte[] content)
    {
        for (var begin = 0; begin < content.Length;)
        {
            var length = content.AsSpan(begin).IndexOf((byte)'\n');
            if (length < 0)
            {
                yield return null;   // cut off
                yield break;
            }
            yield return AnswerLine.Read(content.AsSpan(begin, length));
            begin += length + 1;
        }
    }
}
