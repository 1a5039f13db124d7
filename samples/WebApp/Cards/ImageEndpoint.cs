using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using WebApp.Engines;
using WebApp.Refusals;

namespace WebApp.Cards;

/// <summary>GET /model/{version}/images/{number}.png: the training images that a model keeps.</summary>
internal static class ImageEndpoint
{
    // The version is of the file's bytes: what is there once stays as it is.
    private const string Forever = "private, max-age=31536000, immutable";

    /// <summary>Where an image is, relative to the page.</summary>
    public static string Path(string version, int number) => string.Create(CultureInfo.InvariantCulture, $"model/{version}/images/{number}.png");

    public static void MapModelImages(this IEndpointRouteBuilder routes)
        => routes.MapGet("/model/{version}/images/{number:int}.png", (string version, int number, ModelHost host, HttpResponse response) =>
            {
                if (host.Current is not { } model || model.Card.Version != version || number < 0 || number >= model.Images.Count)
                    throw Refused.NoImage(version, number);
                response.Headers.CacheControl = Forever;
                return TypedResults.Bytes(model.Images[number].Thumbnail, "image/png");
            })
            .WithName("model-image")
            .WithSummary("A training image that the model keeps, small: answers to /predict name them.")
            .Produces<FileContentResult>(StatusCodes.Status200OK, "image/png")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .AddEndpointFilter<RefusalFilter>();
}
