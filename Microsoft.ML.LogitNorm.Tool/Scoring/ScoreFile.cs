using LogitNormTool.Prediction;
using Shared.Files;

namespace LogitNormTool.Scoring;

/// <summary>A file of rows: an answer in each line.</summary>
internal static class ScoreFile
{
    /// <summary>Writes the file whole.</summary>
    /// <returns>How many of the images cannot be read.</returns>
    public static int Write(string path, IReadOnlyList<Answer> answers)
    {
        AtomicFile.Write(path, stream =>
        {
            foreach (var answer in answers)
            {
                stream.Write(AnswerLine.Of(answer));
                stream.WriteByte((byte)'\n');
            }
        });
        return answers.Count(answer => answer.Error is not null);
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
