using System.Text.Json;
using System.Text.Json.Serialization;

namespace LogitNormTool.Prediction;

/// <summary>An answer as a line of JSON.</summary>
internal static class AnswerLine
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,   // a score may be infinite
    };

    private static readonly string _image = JsonNamingPolicy.CamelCase.ConvertName(nameof(Answer.Image));

    /// <summary>The answer in UTF-8, without a line break.</summary>
    public static byte[] Of(Answer answer) => JsonSerializer.SerializeToUtf8Bytes(answer, _json);

    /// <summary>The answer as text, without a line break.</summary>
    public static string TextOf(Answer answer) => JsonSerializer.Serialize(answer, _json);

    /// <summary>What a line says of which image; the image is null where the line is no whole answer.</summary>
    public static (string? Image, bool IsError) Read(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        try
        {
            var (image, error) = (default(string), false);
            while (reader.Read())
            {
                if (reader is not { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 })
                    continue;
                var (isImage, isError) = (image is null && reader.ValueTextEquals(_image), reader.ValueTextEquals("error"u8));
                reader.Read();
                image = isImage && reader.TokenType == JsonTokenType.String ? reader.GetString() : image;
                error |= isError;
            }
            return (image, error);
        }
        catch (JsonException)
        {
            return (null, false);   // cut off, or overwritten
        }
    }
}
