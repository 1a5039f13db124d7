using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>The format of checkpoints: how far a training is and what it is made with, as JSON, and its state, as tensors.</summary>
/// <remarks>
/// Layout, little endian: "LNCHCKPT", version (int32), SHA-256 of all that follows, length of the JSON (int32), JSON, <see cref="TensorFile"/>. The hash
/// is looked at before anything else is believed.
/// </remarks>
internal static class TrainingCheckpointFile
{
    private const int Version = 2;   // 1 had tensors in a format of this library's own, until 0.1.0
    private static readonly byte[] _magic = "LNCHCKPT"u8.ToArray();
    private static readonly TimeSpan _longest = TimeSpan.FromDays(36500);

    /// <summary>What stands before the tensors.</summary>
    /// <param name="Epoch">Epochs done.</param>
    /// <param name="Elapsed">Time that they took.</param>
    /// <param name="Training">Which training it is.</param>
    /// <param name="Best">The best epoch so far; null where none is kept.</param>
    public sealed record Header(int Epoch, TimeSpan Elapsed, Training Training, BestEpoch.Found? Best = null)
    {
        /// <summary>Checks what a file could have wrong.</summary>
        /// <exception cref="InvalidDataException">The epoch is none of the training's, or the time cannot be.</exception>
        public void Check()
        {
            if (!Training.Settings.TryGetValue(nameof(LogitNormTrainer.Options.Epochs), out var setting)
                || setting.ValueKind != JsonValueKind.Number
                || !setting.TryGetInt32(out var epochs))
                throw new InvalidDataException("it does not say how many epochs its training has.");
            if (Epoch < 1 || Epoch > epochs)
                throw new InvalidDataException($"epoch {Epoch} is none of a training of {epochs}.");
            if (Elapsed < TimeSpan.Zero || Elapsed > _longest)
                throw new InvalidDataException($"{Epoch} epochs cannot have taken {Elapsed}.");
            if (Best is not null && (Best.Epoch < 1 || Best.Epoch > Epoch || !double.IsFinite(Best.Value)))
                throw new InvalidDataException(Invariant($"the best of {Epoch} epochs cannot be epoch {Best.Epoch} with {Best.Value}."));
        }
    }

    /// <summary>Which training it is: equal ones come to the same weights.</summary>
    /// <param name="Seed">The seed.</param>
    /// <param name="Data">The training rows' <see cref="ExampleSummary.Hash"/>.</param>
    /// <param name="Settings">See <see cref="TrainingSettings"/>.</param>
    public sealed record Training(int Seed, string Data, Dictionary<string, JsonElement> Settings);

    /// <summary>Replaces the file.</summary>
    public static void Write(string path, Header header, TrainingState state) => WholeFile.Write(path, stream =>
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(_magic);
        writer.Write(Version);
        writer.Flush();
        var start = stream.Position;
        writer.Write(new byte[SHA256.HashSizeInBytes]);   // filled in below
        var json = JsonSerializer.SerializeToUtf8Bytes(header, ModelJson.Options);
        writer.Write(json.Length);
        writer.Write(json);
        writer.Flush();
        TensorFile.Write(stream, state.Tensors());
        stream.Position = start + SHA256.HashSizeInBytes;
        var hash = SHA256.HashData(stream);
        stream.Position = start;
        stream.Write(hash);
        stream.Flush();
    });

    /// <summary>Reads what stands before the tensors, and checks all of the file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or none that this version wrote.</exception>
    public static Header ReadHeader(string path) => Read(path, (header, _) => header);

    /// <summary>Brings a training to the file's state.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or holds something else.</exception>
    public static void Restore(string path, TrainingState state) => Read(path, (header, reader) =>
    {
        state.Restore(TensorFile.Open(reader.BaseStream), header.Best);
        return state;
    });

    private static T Read<T>(string path, Func<Header, BinaryReader, T> read)
    {
        try
        {
            using var reader = new BinaryReader(File.OpenRead(path));
            if (!reader.ReadBytes(_magic.Length).AsSpan().SequenceEqual(_magic))
                throw new InvalidDataException("it does not start with the mark of a checkpoint.");
            if (reader.ReadInt32() is var version && version != Version)
                throw new InvalidDataException(
                    $"it has the format {version} of another version of Microsoft.ML.LogitNorm, and this one reads format {Version}.");
            var hash = reader.ReadBytes(SHA256.HashSizeInBytes);
            var start = reader.BaseStream.Position;
            if (!SHA256.HashData(reader.BaseStream).AsSpan().SequenceEqual(hash))
                throw new InvalidDataException("it is cut short or was changed.");
            reader.BaseStream.Position = start;
            var length = reader.ReadInt32();
            if (length < 0 || length > Math.Min(ModelWriter.LargestJson, reader.BaseStream.Length - reader.BaseStream.Position))
                throw new InvalidDataException(Invariant($"{length:N0} bytes cannot say which training it is of."));
            var header = JsonSerializer.Deserialize<Header>(reader.ReadBytes(length), ModelJson.Options) ?? throw new InvalidDataException("it is empty.");
            header.Check();
            return read(header, reader);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or JsonException)
        {
            throw new InvalidDataException(
                $"CheckpointFile '{path}' cannot be gone on from: {e.Message} Name another file, or delete this one to start anew.", e);
        }
    }
}
