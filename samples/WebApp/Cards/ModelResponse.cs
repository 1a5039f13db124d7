using WebApp.Engines;

namespace WebApp.Cards;

/// <summary>The answer to GET /model.</summary>
/// <param name="Card">What is known of the model that serves; null where there is none yet.</param>
/// <param name="Status">Why there is none; null where there is.</param>
/// <param name="LastError">Why the newest model file is not served; null where it is.</param>
/// <param name="Limits">What a request may have.</param>
internal sealed record ModelResponse(ModelCard? Card, string? Status, ModelFailure? LastError, UploadLimits Limits);
