using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Shared.Files;

namespace LogitNormTool.Features;

/// <summary>Features of images that were computed before, by the hash of the image file and that of what computes them.</summary>
/// <remarks>
/// The file: magic and version, the hash of what computes the features, their number, the number of images; for each image its hash and its features,
/// float32, little-endian; XXH128 of all that. It is read whole and replaced whole. One that is damaged, or of other features, is begun anew.
/// </remarks>
internal sealed class FeatureCache
{
    private const ulong Magic = 0x3130_4346_4E4C;   // "LNFC01"
    private const int Hash = 16, Header = sizeof(ulong) + Hash + (2 * sizeof(int));

    private readonly string _path;
    private readonly UInt128 _model;
    private readonly int _width;
    private readonly Dictionary<UInt128, float[]> _features = [];
    private bool _changed;

    private FeatureCache(string path, UInt128 model, int width) => (_path, _model, _width) = (path, model, width);

    /// <summary>How many images it knows.</summary>
    public int Count => _features.Count;

    /// <summary>Reads the file, if there is one of these features.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The hash of all that decides the features, other than the image.</param>
    /// <param name="width">How many features an image has.</param>
    /// <param name="begunAnew">Told why, where a file is there and not used.</param>
    public static FeatureCache Open(string path, UInt128 model, int width, Action<string> begunAnew)
    {
        var cache = new FeatureCache(path, model, width);
        if (!File.Exists(path))
            return cache;
        var bytes = File.ReadAllBytes(path);
        if (cache.WhyNot(bytes) is { } reason)
            begunAnew($"'{path}' {reason}: features are computed anew.");
        else
            cache.Read(bytes);
        return cache;
    }

    /// <summary>The hash of an image file, by which its features are found.</summary>
    public static UInt128 Key(string imagePath)
    {
        using var stream = File.OpenRead(imagePath);
        var hash = new XxHash128();
        hash.Append(stream);
        return hash.GetCurrentHashAsUInt128();
    }

    /// <summary>The features of an image; null where they were not computed yet.</summary>
    public float[]? Find(UInt128 image) => _features.GetValueOrDefault(image);

    /// <summary>Keeps the features of an image.</summary>
    public void Add(UInt128 image, float[] features)
    {
        if (features.Length != _width)
            throw new ArgumentException($"There are {features.Length} features; expected {_width}.", nameof(features));
        _features[image] = features;
        _changed = true;
    }

    /// <summary>Writes the file, if there is anything new.</summary>
    public void Save()
    {
        if (!_changed)
            return;
        AtomicFile.Write(_path, Write);
        _changed = false;
    }

    private void Write(Stream stream)
    {
        var hash = new XxHash128();
        Span<byte> header = stackalloc byte[Header];
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt128LittleEndian(header[sizeof(ulong)..], _model);
        BinaryPrimitives.WriteInt32LittleEndian(header[(sizeof(ulong) + Hash)..], _width);
        BinaryPrimitives.WriteInt32LittleEndian(header[(sizeof(ulong) + Hash + sizeof(int))..], Count);
        Append(header);
        Span<byte> key = stackalloc byte[Hash];
        foreach (var (image, features) in _features)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(key, image);
            Append(key);
            Append(MemoryMarshal.AsBytes<float>(features));
        }
        stream.Write(hash.GetCurrentHash());

        void Append(ReadOnlySpan<byte> bytes)
        {
            hash.Append(bytes);
            stream.Write(bytes);
        }
    }

    private string? WhyNot(byte[] bytes)
    {
        if (bytes.Length < Header + Hash || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic)
            return "is no feature cache of this version";
        if (!XxHash128.Hash(bytes.AsSpan(..^Hash)).AsSpan().SequenceEqual(bytes.AsSpan(^Hash..)))
            return "is damaged";
        if (BinaryPrimitives.ReadUInt128LittleEndian(bytes.AsSpan(sizeof(ulong))) != _model
            || BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(sizeof(ulong) + Hash)) != _width)
            return "holds features of another network, or of images prepared otherwise";
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(sizeof(ulong) + Hash + sizeof(int)));
        return count >= 0 && bytes.LongLength == Header + Hash + (count * (long)EntrySize) ? null : "is damaged";
    }

    private int EntrySize => Hash + (_width * sizeof(float));

    private void Read(byte[] bytes)
    {
        for (var at = Header; at + EntrySize <= bytes.Length - Hash; at += EntrySize)
            _features[BinaryPrimitives.ReadUInt128LittleEndian(bytes.AsSpan(at))]
                = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(at + Hash, EntrySize - Hash)).ToArray();
    }
}
