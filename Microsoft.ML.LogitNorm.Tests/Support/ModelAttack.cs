using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Microsoft.ML.Data;
using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>
/// Loads hundreds of damaged copies of a model and predicts with those that load. It runs in a process of its own, which an error in native code would end, and
/// prints a line for each copy that is neither refused by a named error nor gives the same predictions, then how many there were and the process's peak memory.
/// </summary>
internal sealed class ModelAttack
{
    public const string Name = "attack";
    public const string Peak = "peak MB ";
    public const string Tried = "tried ";

    private readonly MLContext _ml = new(seed: 1);
    private readonly int _seed;
    private readonly IDataView _rows;
    private readonly ModelFile _file;
    private readonly string[] _ours;
    private readonly List<string> _expected;

    private ModelAttack(int seed)
    {
        _seed = seed;
        _rows = TinyImages.View(_ml, 6, seed: 3);
        using var model = Model();
        _file = ModelFile.Of(_ml, model, _rows.Schema);
        _ours = [.. _file.Entries(".json").Concat(_file.Entries(".safetensors"))];
        _expected = Predictions(model);
    }

    /// <summary>Attacks.</summary>
    /// <param name="seed">What decides on the damages.</param>
    public static void Run(int seed)
    {
        var attack = new ModelAttack(seed);
        attack.Repeat("flip", 500, attack.Flip, anyResult: false);
        attack.Repeat("edit", 300, random => attack.Edit(random, hash: false), anyResult: false);
        attack.Repeat("tensor", 100, attack.WrongTensor, anyResult: false);
        // Who gives an edit the hash that it should have has made another model, which may predict otherwise.
        attack.Repeat("forged edit", 100, random => attack.Edit(random, hash: true), anyResult: true);
        using var process = Process.GetCurrentProcess();
        Console.WriteLine($"{Peak}{process.PeakWorkingSet64 >> 20}");
    }

    // One of everything that has a part in a file: ML.NET's own transformers, a network, a score of each kind of learned tensor, both calibrations, and images.
    private TransformerChain<ITransformer> Model()
    {
        var data = TinyImages.View(_ml, 60, seed: 2);
        var chain = new TransformerChain<ITransformer>(_ml.Transforms.Conversion.MapValueToKey("Label").Fit(data), UntrainedModel.Create(_ml));
        OodScore[] scores =
        [
            OodScores.NearestNeighbours(5, 20), OodScores.VirtualLogit(), OodScores.Mahalanobis(1e-3), OodScores.KlMatching(),
            OodScores.Fuse(OodScores.NnGuide(3), OodScores.ReAct(), OodScores.MaxLogit()),
        ];
        foreach (var (i, score) in scores.Index())
            chain = Append(_ml.Transforms.OodScore(score, $"Score{i}"));
        chain = Append(_ml.Transforms.TemperatureScaling());
        chain = Append(_ml.Transforms.OodDetector(0.1, "Score0"));
        var toImages = _ml.Transforms.ConvertToImage(TinyImages.Size, TinyImages.Size, "Photo", "Image", interleavedColors: false).Fit(chain.Transform(data));
        chain = chain.Append<ITransformer>(
            _ml.Transforms.NearestImages(2, 12, imageColumnName: "Photo").Fit(toImages.Transform(chain.Transform(data))));
        return Append(_ml.Transforms.Conversion.MapKeyToValue("Name2", "PredictedLabel"));

        TransformerChain<ITransformer> Append<T>(IEstimator<T> estimator)
            where T : class, ITransformer
            => chain.Append<ITransformer>(estimator.Fit(chain.Transform(data)));
    }

    private void Repeat(string kind, int times, Func<Random, (ModelFile File, string What)> damage, bool anyResult)
    {
        var (refused, loaded) = (0, 0);
        var clock = Stopwatch.StartNew();
        Parallel.For(0, times, new() { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            var (file, what) = damage(new((_seed * 1000) + i));   // the same damages, whichever thread comes to them
            switch (Try(file))
            {
                // Ours, the zip's, ML.NET's of a part of its own, or its look-up of the assembly that a part's header names.
                case (null, InvalidDataException or FormatException or FileLoadException or FileNotFoundException):
                    Interlocked.Increment(ref refused);
                    break;
                case ({ } predictions, null) when anyResult || predictions.SequenceEqual(_expected):
                    Interlocked.Increment(ref loaded);
                    break;
                case ({ Count: 0 }, { } refusal) when anyResult && IsOfColumnsOrRow(refusal):
                    Interlocked.Increment(ref refused);
                    break;
                case var (_, error):
                    Console.WriteLine(
                        $"{kind} {i}, {what}: {(error is null ? "other predictions" : $"{error.GetType()}: {error.Message}".ReplaceLineEndings(" "))}");
                    break;
            }
        });
        Console.WriteLine($"{Tried}{kind} {refused + loaded} of {times}: {refused} refused, {loaded} loaded, {clock.Elapsed.TotalSeconds:N1} s");
    }

    // The errors by which a model says that its columns are not in the data, or that a row cannot be scored.
    private static bool IsOfColumnsOrRow(Exception error)
        => (error is ArgumentOutOfRangeException
            && (error.Message.StartsWith("Schema mismatch for ", StringComparison.Ordinal)
                || error.Message.StartsWith("Could not find ", StringComparison.Ordinal)))
            || (error is InvalidOperationException && error.Message.Contains("(counted from 0)", StringComparison.Ordinal));

    private (List<string>? Predictions, Exception? Error) Try(ModelFile file)
    {
        ITransformer model;
        try
        {
            model = file.Load(_ml, out _);
        }
        catch (Exception e)
        {
            return (null, e.GetBaseException());
        }
        using var owner = model as IDisposable;
        try
        {
            return (Predictions(model), null);
        }
        catch (Exception e)
        {
            return ([], e);
        }
    }

    private List<string> Predictions(ITransformer model)
    {
        var output = model.Transform(_rows);
        return [.. output.Schema.Where(column => !column.IsHidden).SelectMany(column => ColumnValues.Read(output, column.Name))];
    }

    private (ModelFile, string) Flip(Random random)
    {
        var bytes = _file.Bytes;
        var bit = random.NextInt64(bytes.Length * 8L);
        bytes[bit / 8] ^= (byte)(1 << (int)(bit % 8));
        return (ModelFile.Of(bytes), $"bit {bit}");
    }

    // A zip that is whole, with an entry that is not.
    private (ModelFile, string) Edit(Random random, bool hash)
    {
        var entry = _ours[random.Next(_ours.Length)];
        var what = "";
        return (
            _file.With(entry, bytes => Edited(random, bytes, out what), hash && !entry.EndsWith("Hashes.json", StringComparison.Ordinal)), $"{entry}, {what}");
    }

    private static byte[] Edited(Random random, byte[] bytes, out string what)
    {
        // Most of a file of tensors is values: half of the edits go to where its names and shapes are.
        var at = random.Next(random.Next(2) == 0 ? Math.Min(bytes.Length, 400) : bytes.Length);
        var length = Math.Min(random.Next(1, 9), bytes.Length - at);
        var kind = random.Next(7);
        what = $"kind {kind} at {at}, {length} bytes";
        return kind switch
        {
            0 => [.. bytes[..at], (byte)random.Next(256), .. bytes[(at + 1)..]],
            1 => [.. bytes[..at], .. bytes[(at + length)..]],
            2 => [.. bytes[..at], .. bytes[at..(at + length)], .. bytes[at..]],
            3 => bytes[..at],
            4 => [.. bytes[..at], .. new byte[length], .. bytes[(at + length)..]],
            5 => [.. bytes, (byte)random.Next(256)],
            _ => [.. bytes.Select((value, i) => i >= at && i < at + 40 && char.IsAsciiDigit((char)value) ? "0123456789"u8[random.Next(10)] : value)],
        };
    }

    private (ModelFile, string) WrongTensor(Random random)
    {
        var entries = _ours.Where(name => name.EndsWith(".safetensors", StringComparison.Ordinal)).ToArray();
        var entry = entries[random.Next(entries.Length)];
        var what = "";
        var file = _file.WithTensors(entry, tensors =>
        {
            var name = tensors.Keys.ElementAt(random.Next(tensors.Count));
            var old = tensors[name];
            var kind = random.Next(9);
            what = $"{name}, kind {kind}";
            switch (kind)
            {
                case 0:
                    tensors.Remove(name);
                    break;
                case 1:
                    tensors.Remove(name);
                    tensors[name + "x"] = old;
                    break;
                case 2:
                    tensors["x"] = old;
                    break;
                case 3:
                    tensors[name] = old.to(old.dtype == torch.ScalarType.Float32 ? torch.float64 : torch.float32);
                    break;
                case 4:
                    tensors[name] = old.unsqueeze(0);
                    break;
                case 5:
                    tensors[name] = torch.cat([old.reshape(-1), old.reshape(-1)]);
                    break;
                case 6:
                    tensors[name] = torch.zeros(0, old.dtype);
                    break;
                case 7:
                    tensors[name] = torch.zeros([.. old.shape.Select(size => size + 1), 2], old.dtype);
                    break;
                default:
                    // Not in a counter of batches, which holds whole numbers.
                    tensors[name] = old.is_floating_point() ? torch.full_like(old, double.NaN.ToScalar()) : old.to(torch.float32);
                    break;
            }
        });
        return (file, $"{entry}, {what}");
    }
}
