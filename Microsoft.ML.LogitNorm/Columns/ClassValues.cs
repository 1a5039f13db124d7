using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>The values behind a label's keys, mostly class names, kept as the type that they had before <c>MapValueToKey</c>.</summary>
/// <param name="Type">The name of the ML.NET type, such as "String" or "Int32".</param>
/// <param name="Values">
/// A JSON array of one element a class. One document for all of them: of a file that claims millions, it takes a few times the bytes that it has.
/// </param>
internal sealed record ClassValues(string Type, JsonElement Values)
{
    private static readonly PrimitiveDataViewType[] _types =
    [
        TextDataViewType.Instance, BooleanDataViewType.Instance,
        NumberDataViewType.SByte, NumberDataViewType.Byte, NumberDataViewType.Int16, NumberDataViewType.UInt16, NumberDataViewType.Int32,
        NumberDataViewType.UInt32, NumberDataViewType.Int64, NumberDataViewType.UInt64, NumberDataViewType.Single, NumberDataViewType.Double,
        DateTimeDataViewType.Instance, DateTimeOffsetDataViewType.Instance, TimeSpanDataViewType.Instance,
    ];

    /// <summary>How many classes there are.</summary>
    [JsonIgnore]
    public int Count => Values.GetArrayLength();

    /// <summary>Class names.</summary>
    public static ClassValues Of(params IEnumerable<string> names)
        => new(TextDataViewType.Instance.ToString()!, JsonSerializer.SerializeToElement(names, ModelJson.Options));

    /// <summary>Reads the key values of a label column; null where it has none, or of a type that cannot be kept.</summary>
    public static ClassValues? Read(DataViewSchema.Column label)
    {
        if (label.Annotations.Schema.GetColumnOrNull(AnnotationKinds.KeyValues) is not { Type: VectorDataViewType vector }
            || (ulong)vector.Size != ((KeyDataViewType)label.Type).Count)
            return null;   // none, or not one for each class, which ML.NET takes for none as well
        var type = _types.FirstOrDefault(known => known.Equals(vector.ItemType));
        return type switch
        {
            null => null,
            TextDataViewType => Of(Read<ReadOnlyMemory<char>>(label).Select(text => text.ToString())),
            _ => (ClassValues)Generic(nameof(ReadTyped), type.RawType).Invoke(null, [label, type])!,
        };
    }

    /// <summary>Checks what a file could have wrong.</summary>
    /// <exception cref="InvalidDataException">The type is unknown, the values are no list or a value is not of the type.</exception>
    public void Check()
    {
        if (Values.ValueKind != JsonValueKind.Array)
            throw new InvalidDataException("the class values are no list.");
        if (Type == TextDataViewType.Instance.ToString() && Values.EnumerateArray().Any(value => value.ValueKind != JsonValueKind.String))
            throw new InvalidDataException("a class name is no text.");
        try
        {
            AddTo(new DataViewSchema.Annotations.Builder(), AnnotationKinds.KeyValues);
        }
        catch (TargetInvocationException e) when (e.InnerException is JsonException or FormatException or InvalidOperationException)
        {
            throw new InvalidDataException($"a class value is not of type '{Type}': {e.InnerException.Message}");
        }
    }

    /// <summary>Adds the values to a column's annotations under the given name.</summary>
    public void AddTo(DataViewSchema.Annotations.Builder annotations, string name)
    {
        var type = _types.FirstOrDefault(known => known.ToString() == Type) ?? throw new InvalidDataException($"class values of type '{Type}' are unknown.");
        if (type is TextDataViewType)
            Add(annotations, name, type, Names());
        else
            Generic(nameof(AddTyped), type.RawType).Invoke(this, [annotations, name, type]);
    }

    /// <summary>Adds the classes' names as a column's slot names.</summary>
    public void AddSlotNamesTo(DataViewSchema.Annotations.Builder annotations)
        => Add(annotations, AnnotationKinds.SlotNames, TextDataViewType.Instance, Names());

    /// <summary>The class's name for people.</summary>
    public string NameOf(int index) => Values[index].ToString();

    /// <summary>Whether type and values are the same.</summary>
    public bool Equals(ClassValues? other) => other is not null && Type == other.Type && JsonElement.DeepEquals(Values, other.Values);

    public override int GetHashCode() => HashCode.Combine(Type, Count);

    private ReadOnlyMemory<char>[] Names() => [.. Values.EnumerateArray().Select(value => value.ToString().AsMemory())];

    private static ClassValues ReadTyped<T>(DataViewSchema.Column label, PrimitiveDataViewType type)
        // as an array of bytes it would be text
        => new(type.ToString()!, JsonSerializer.SerializeToElement<IEnumerable<T>>(Read<T>(label), ModelJson.Options));

    private void AddTyped<T>(DataViewSchema.Annotations.Builder annotations, string name, PrimitiveDataViewType type)
        => Add(annotations, name, type, Values.Deserialize<List<T>>(ModelJson.Options)!.ToArray());

    private static T[] Read<T>(DataViewSchema.Column label)
    {
        var values = default(VBuffer<T>);
        label.Annotations.GetValue(AnnotationKinds.KeyValues, ref values);
        return [.. values.DenseValues()];
    }

    private static void Add<T>(DataViewSchema.Annotations.Builder annotations, string name, PrimitiveDataViewType type, T[] values)
        => annotations.Add(
            name, new VectorDataViewType(type, values.Length), (ref VBuffer<T> value) => new VBuffer<T>(values.Length, values).CopyTo(ref value));

    private static MethodInfo Generic(string method, Type type)
        => typeof(ClassValues).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance)!.MakeGenericMethod(type);
}
