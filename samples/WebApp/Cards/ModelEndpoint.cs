using Microsoft.Extensions.Options;
using WebApp.Engines;
using WebApp.Options;

namespace WebApp.Cards;

/// <summary>GET /model.</summary>
internal static class ModelEndpoint
{
    public static void MapModel(this IEndpointRouteBuilder routes)
        => routes.MapGet("/model", (ModelHost host, IOptions<WebAppOptions> options) =>
            {
                var card = host.Current?.Card;
                return new ModelResponse(card, card is null ? host.Status : null, host.LastError, UploadLimits.Of(options.Value));
            })
            .WithName("model")
            .WithSummary("The card of the model that serves, and what a request may have.");
}
