using System.Text.Unicode;

namespace LogitNormTool.Scoring;

/// <summary>The lines of a text file with a name each, of a file of any size.</summary>
internal static class NameLines
{
    private const int MostBytes = 1 << 16;   // of a line; paths have 4,096 at most

    /// <summary>The names, without blank lines, and where the line behind each begins. A name lives until the next is asked for.</summary>
    /// <param name="stream">UTF-8, lines that end with LF or CRLF; from where it stands.</param>
    /// <exception cref="InvalidDataException">It is no such text.</exception>
    public static IEnumerable<(ReadOnlyMemory<byte> Name, long Next)> Read(Stream stream)
    {
        var buffer = new byte[2 * MostBytes];
        var (next, begin, end, isLast) = (stream.Position, 0, 0, false);
        while (!isLast || begin < end)
        {
            var length = buffer.AsSpan(begin, end - begin).IndexOf((byte)'\n');
            if (length < 0 && !isLast)
            {
                if (end - begin > MostBytes)
                    throw new InvalidDataException($"it has a line of more than {MostBytes:N0} bytes");
                buffer.AsSpan(begin, end - begin).CopyTo(buffer);
                (begin, end) = (0, end - begin);
                var read = stream.Read(buffer.AsSpan(end));
                (end, isLast) = (end + read, read == 0);
                continue;
            }
            length = length < 0 ? end - begin : length;
            var line = Trim(buffer.AsMemory(begin, length), isFirst: next == 0);
            var step = Math.Min(length + 1, end - begin);   // the last line may have no end
            (begin, next) = (begin + step, next + step);
            if (line.Length > 0)
                yield return (Checked(line), next);
        }
    }

    private static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> line, bool isFirst)
    {
        if (isFirst && line.Span.StartsWith("\uFEFF"u8))
            line = line["\uFEFF"u8.Length..];
        return line.Span.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private static ReadOnlyMemory<byte> Checked(ReadOnlyMemory<byte> name)
        => !name.Span.Contains((byte)0) && Utf8.IsValid(name.Span) ? name : throw new InvalidDataException("it has lines that are no text in UTF-8");
}
