using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.ML.Runtime;
using Shared.Models;
using TorchSharp;
using WebApp.Cards;
using WebApp.Options;

namespace WebApp.Engines;

/// <summary>From a model file's bytes to a model that has answered for one image.</summary>
internal sealed class ModelLoader(IOptions<WebAppOptions> options, TimeProvider clock, ILogger<ModelLoader> log)
{
    private const int VersionDigits = 12;

    /// <summary>Tells files apart.</summary>
    public static string Version(byte[] file) => Convert.ToHexStringLower(SHA256.HashData(file))[..VersionDigits];

    /// <summary>Loads and tries.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="file">Its bytes: read once, so that what was hashed is what is loaded, whatever happens to the file meanwhile.</param>
    /// <exception cref="ModelException">It is no model that can be served.</exception>
    public ServedModel Load(string name, byte[] file)
    {
        var ml = new MLContext();
        ml.Log += Log;
        ITransformer? saved = null;
        try
        {
            using var stream = new MemoryStream(file, writable: false);
            saved = ml.Model.Load(stream, out _);
            torch.set_num_threads(1);   // requests come on many threads: one of libtorch's, which is loaded by now, to each
            var pipeline = UploadPipeline.Of(ml, saved, options.Value.MaxPixels);
            ITransformer[] parts = [.. ModelParts.Of(saved)];
            var model = new ServedModel(
                ml, saved, pipeline, Card(name, file, parts, UploadPipeline.Classes(ml, pipeline)),
                Part<OodDetectorTransformer>(parts).Report, Images(parts));
            saved = null;
            Try(model);
            return model;
        }
        // What a damaged or foreign file makes ML.NET throw has no common kind; what is wrong stands innermost, as transformers are made by reflection.
        // Too little memory for two models is no reason to end the one that serves.
        catch (Exception e) when (e is not ModelException)
        {
            throw new ModelException($"{name} cannot be served: {e.GetBaseException().Message}", e);
        }
        catch (ModelException e)
        {
            throw new ModelException($"{name} cannot be served: {e.Message}", e);
        }
        finally
        {
            (saved as IDisposable)?.Dispose();
        }
    }

    private static IReadOnlyList<NearestImage> Images(ITransformer[] parts) => parts.OfType<NearestImagesTransformer>().ToArray() switch
    {
        [] => [],
        [var only] => only.Images,
        var several => throw new ModelException($"It has {several.Length} NearestImages, and one at most is expected: of which are the images to show?"),
    };

    // As many engines as will be at work, so that no request waits for one to be made.
    private void Try(ServedModel model)
    {
        var leases = new List<EngineLease>();
        try
        {
            for (var i = 0; i < options.Value.Concurrency; i++)
            {
                leases.Add(model.TryRent()!);
                Try(leases[^1], model.Images.Count);
            }
        }
        catch
        {
            model.Retire();
            throw;
        }
        finally
        {
            leases.ForEach(lease => lease.Dispose());
        }
    }

    private static void Try(EngineLease lease, int images)
    {
        var verdict = lease.Predict(TrialImage.Png());
        if (verdict.ImageError.Length > 0)
            throw new ModelException($"The image that every model is tried on cannot be read. {verdict.ImageError}");
        if (verdict.Score.Length == 0 || !verdict.Score.All(float.IsFinite) || float.IsNaN(verdict.OodScore))
            throw new ModelException("It gives no numbers for the image that every model is tried on.");
        if (verdict.NearestImages.Length != verdict.NearestSimilarities.Length || verdict.NearestImages.Any(image => image < 0 || image >= images))
            throw new ModelException($"Its column {nameof(Verdict.NearestImages)} is of other images than the {images} that it keeps.");
    }

    private ModelCard Card(string name, byte[] file, ITransformer[] parts, IReadOnlyList<string> classes)
    {
        var network = Part<LogitNormModel>(parts);
        var detector = Part<OodDetectorTransformer>(parts);
        var image = Part<ImageReadingTransformer>(parts).Options;
        return new(
            name,
            Version(file),
            file.Length,
            clock.GetUtcNow(),
            classes,
            $"{network.Backbone}, {network.Head}",
            network.ParameterCount,
            network.FeatureCount is { } features
                ? string.Create(CultureInfo.InvariantCulture, $"{features} features of images of {image.ImageWidth}×{image.ImageHeight} pixels")
                : string.Create(CultureInfo.InvariantCulture, $"images of {image.ImageWidth}×{image.ImageHeight} pixels"),
            parts.OfType<TemperatureScalingTransformer>().LastOrDefault()?.Temperature,
            Part<OodScoreTransformer>(parts).Score.ToString(),
            detector.Report.ToString(),
            detector.FalseAlarmRate,
            detector.Report.Confidence,
            detector.CalibrationCount);
    }

    private static T Part<T>(ITransformer[] parts)
        => parts.OfType<T>().LastOrDefault() ?? throw new ModelException($"It has no {typeof(T).Name}.");

    private void Log(object? sender, LoggingEventArgs message)
    {
        if (message.Kind is ChannelMessageKind.Warning or ChannelMessageKind.Error)
            log.ModelSays(message.RawMessage);
    }
}
