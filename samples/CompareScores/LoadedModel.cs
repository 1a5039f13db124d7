using System.Reflection;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Shared.CommandLine;
using Shared.Images;

namespace CompareScores;

/// <summary>A model that goes from an image's path to logits.</summary>
/// <param name="App">The whole saved pipeline.</param>
/// <param name="Classes">The names of its classes.</param>
/// <param name="ImageSize">Width and height of the images that its network looks at.</param>
internal sealed record LoadedModel(ITransformer App, IReadOnlyList<string> Classes, int ImageSize) : IDisposable
{
    private const string Remedy = "Give a model that QuickStart has saved, "
        + "or one whose pipeline starts with MapValueToKey of Label and ReadImages of ImagePath, and has the LogitNorm trainer.";

    /// <summary>Loads a model.</summary>
    /// <exception cref="InputException">There is no such file, or it holds no model of this kind.</exception>
    public static LoadedModel Load(MLContext ml, ModelOption option)
    {
        RequireFile(option);
        using var stream = File.OpenRead(option.Path);
        return Load(ml, option, stream);
    }

    /// <summary>Loads a model, and says of which bytes. The file is read once, so the hash is the model's, whatever becomes of the file meanwhile.</summary>
    /// <param name="ml">Where it is loaded.</param>
    /// <param name="option">Its file.</param>
    /// <param name="sha256">The file's SHA-256 in hexadecimal digits.</param>
    /// <exception cref="InputException">There is no such file, or it holds no model of this kind.</exception>
    public static LoadedModel Load(MLContext ml, ModelOption option, out string sha256)
    {
        RequireFile(option);
        var content = File.ReadAllBytes(option.Path);
        sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        return Load(ml, option, new MemoryStream(content));
    }

    public void Dispose() => (App as IDisposable)?.Dispose();

    private static void RequireFile(ModelOption option)
    {
        if (!File.Exists(option.Path))
            throw new InputException($"{option.Option} {option.Path}: there is no such file.");
    }

    private static LoadedModel Load(MLContext ml, ModelOption option, Stream content)
    {
        ITransformer app;
        try
        {
            app = ml.Model.Load(content, out _);
        }
        catch (TargetInvocationException e) when (e.GetBaseException() is InvalidOperationException or DllNotFoundException)
        {
            // ML.NET makes transformers by reflection; what is wrong with the device or with libtorch stands innermost.
            throw new InputException($"{option.Option} {option.Path}: {e.GetBaseException().Message}", e);
        }
        catch (TargetInvocationException e) when (e.GetBaseException() is InvalidDataException damaged)
        {
            throw new InputException($"{option.Option} {option.Path}: {damaged.Message}", e);
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or InvalidOperationException or ArgumentException)
        {
            throw new InputException($"{option.Option} {option.Path}: this file holds no model that can be loaded. {e.Message}", e);
        }
        try
        {
            return Inspect(app, option, app.GetOutputSchema(ml.Data.LoadFromEnumerable(Array.Empty<ImageRow>()).Schema));
        }
        catch (ArgumentException e)   // a schema mismatch: the pipeline wants other columns than an image's path and label
        {
            throw new InputException($"{option.Option} {option.Path}: this model does not take image files: {e.Message} {Remedy}", e);
        }
    }

    private static LoadedModel Inspect(ITransformer app, ModelOption option, DataViewSchema schema)
    {
        if (schema.GetColumnOrNull("Logits") is not { } logits || schema.GetColumnOrNull("Label") is not { Type: KeyDataViewType } || !logits.HasSlotNames())
            throw new InputException($"{option.Option} {option.Path}: this model gives no Logits with the names of classes, or no Label of them. {Remedy}");
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        logits.GetSlotNames(ref names);
        var image = schema.Where(column => !column.IsHidden).Select(column => column.Type).OfType<ImageDataViewType>().FirstOrDefault(type => type.Width > 0);
        return new(app, [.. names.DenseValues().Select(name => name.ToString())], image?.Width ?? 32);
    }
}
