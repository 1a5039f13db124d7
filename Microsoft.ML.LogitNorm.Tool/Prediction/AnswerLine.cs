using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LogitNormTool.Prediction;

/// <summary>An answer as a line of JSON.</summary>
internal static class AnswerLine
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,   // a score may be infinite
        RespectNullableAnnotations = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,   // names stay as they are; unsafe it would be inside a page
    };

    /// <summary>The answer in UTF-8, without a line break.</summary>
    public static byte[] Of(Answer answer) => JsonSerializer.SerializeToUtf8Bytes(answer, _json);

    /// <summary>The answer as text, without a line break.</summary>
    public static string TextOf(Answer answer) => JsonSerializer.Serialize(answer, _json);

    /// <summary>The answer of a line; null where the line is no whole answer, cut off or overwritten.</summary>
    public static Answer? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize<Answer>(line, _json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
