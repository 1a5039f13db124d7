using System.Buffers;
using System.Text.Json;
using WebApp.Refusals;

namespace WebApp.Inference;

/// <summary>Steps through JSON whose end is there.</summary>
internal static class JsonTokens
{
    private const int LongestText = 1_000;   // bytes; texts come back in answers

    extension(ref Utf8JsonReader json)
    {
        /// <summary>Goes to the next member's name, where there is one.</summary>
        public bool NextProperty() => json.Read() && json.TokenType == JsonTokenType.PropertyName;

        /// <summary>Goes to the next element, where there is one.</summary>
        public bool NextElement() => json.Read() && json.TokenType != JsonTokenType.EndArray;

        /// <summary>Whether the member has this name; if so, goes to its value.</summary>
        public bool Is(ReadOnlySpan<byte> name) => json.ValueTextEquals(name) && json.Read();

        /// <summary>The text at which the reader is; null where it is null.</summary>
        /// <param name="member">What it is of.</param>
        /// <exception cref="RefusedException">It is no text, or a long one.</exception>
        public string? Text(string member)
        {
            if (json.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
                throw Refused.Malformed($"'{member}' is no text.");
            var bytes = json.HasValueSequence ? json.ValueSequence.Length : json.ValueSpan.Length;
            return bytes <= LongestText ? json.GetString() : throw Refused.Malformed($"'{member}' has {bytes} bytes; at most {LongestText} are expected.");
        }

        /// <summary>Whether the reader is at an array; false where it is at null.</summary>
        /// <param name="member">What it is of.</param>
        /// <exception cref="RefusedException">It is neither.</exception>
        public bool IsArray(string member) => json.TokenType switch
        {
            JsonTokenType.StartArray => true,
            JsonTokenType.Null => false,
            _ => throw Refused.Malformed($"'{member}' is no array."),
        };

        /// <summary>Makes sure that the reader is at an object.</summary>
        /// <param name="array">The array whose element it is.</param>
        /// <exception cref="RefusedException">It is not.</exception>
        public void RequireObject(string array)
        {
            if (json.TokenType != JsonTokenType.StartObject)
                throw Refused.Malformed($"An element of '{array}' is no object.");
        }
    }
}
