namespace Microsoft.ML.LogitNorm;

/// <summary>Reads weights that another program wrote, in the safetensors format. Whatever is wrong with the file, the error names it.</summary>
internal static class ForeignTensorFile
{
    private const string Convert =
        "python -c \"import sys, torch, safetensors.torch as s; s.save_file(torch.load(sys.argv[1], weights_only=True), sys.argv[2])\" "
        + "resnet18.pth resnet18.safetensors";

    /// <summary>Opens the file and reads from it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads; says what is wrong by an <see cref="InvalidDataException"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, of another format, or holds something else.</exception>
    public static T Read<T>(string path, Func<TensorFile, T> read)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return read(Open(stream));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileNotFoundException($"There is no weights file '{Path.GetFullPath(path)}'. Name one in the safetensors format.", path, e);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"Weights file '{path}' cannot be used: {e.Message}", e);
        }
    }

    private static TensorFile Open(FileStream stream)
    {
        Span<byte> start = stackalloc byte[8];
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        if (OtherFormat(start) is { } other)
            throw new InvalidDataException(other);
        stream.Position = 0;
        try
        {
            return TensorFile.Open(stream);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{e.Message} Is it a safetensors file, and whole? Fetch or convert it anew.", e);
        }
    }

    private static string? OtherFormat(ReadOnlySpan<byte> start)
    {
        const string Pickle = $"holds a pickle, which runs code when it is read, so this library does not. Convert it to safetensors: {Convert}";
        if (start.StartsWith("PK\x03\x04"u8))
            return $"it is a zip. If it is PyTorch's (.pth, .pt), it {Pickle}. If it is a model of this library, load it and give PretrainedWeights.FromModel.";
        if (start is [0x80, >= 2 and <= 5, ..])
            return $"it {Pickle}";
        if (start.StartsWith("version "u8))
            return "it is a text that stands for a file (Git LFS). Fetch the file itself, for example by git lfs pull.";
        return start is [(byte)'<', ..] ? "it is a page of HTML or XML, such as a server sends in place of a file. Fetch the file again." : null;
    }
}
