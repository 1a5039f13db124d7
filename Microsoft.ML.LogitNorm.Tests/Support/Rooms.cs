using System.Reflection;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>The library's folders ("rooms"), and which of them uses which, read from its compiled code.</summary>
internal sealed class Rooms
{
    private readonly Dictionary<string, string> _roomOf;   // by the name of a type that stands in no other

    private Rooms(Dictionary<string, string> roomOf, IReadOnlyDictionary<string, IReadOnlySet<string>> uses) => (_roomOf, Uses) = (roomOf, uses);

    /// <summary>The library's source folder.</summary>
    public static string Folder { get; } = typeof(Rooms)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "LibraryFolder")
        .Value!;

    /// <summary>Each room, and the others whose types it names. "" is the top folder.</summary>
    public IReadOnlyDictionary<string, IReadOnlySet<string>> Uses { get; }

    /// <summary>The library's source files, relative to <see cref="Folder"/>, with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } =
    [
        .. Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Folder, file).Replace('\\', '/'))
            .Where(file => !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads the library's assembly. A type's room is that of the file with its name.</summary>
    public static Rooms Read()
    {
        using var module = ModuleDefinition.ReadModule(typeof(LogitNormTrainer).Assembly.Location);
        var roomOf = Files.GroupBy(file => Path.GetFileName(file).Split('.')[0]).ToDictionary(files => files.Key, files => RoomOf(files.First()));
        var uses = roomOf.Values.Distinct().ToDictionary(room => room, _ => new HashSet<string>());
        var rooms = new Rooms(roomOf, uses.ToDictionary(pair => pair.Key, pair => (IReadOnlySet<string>)pair.Value));
        foreach (var type in module.Types)
            if (rooms.Find(type) is { } room)
                uses[room].UnionWith(All(type).SelectMany(References).Select(rooms.Find).OfType<string>().Where(other => other != room));
        return rooms;
    }

    /// <summary>The types of the library's own that have no file of their name; what the compiler makes is left out.</summary>
    public static IReadOnlyList<string> WithoutFile()
    {
        using var module = ModuleDefinition.ReadModule(typeof(LogitNormTrainer).Assembly.Location);
        var names = Files.Select(file => Path.GetFileName(file).Split('.')[0]).ToHashSet();
        return [.. module.Types.Where(type => IsOurs(type) && !names.Contains(Name(type))).Select(type => type.FullName)];
    }

    /// <summary>A circle of rooms that use each other; empty if there is none.</summary>
    public IReadOnlyList<string> Circle()
    {
        var done = new HashSet<string>();
        foreach (var room in Uses.Keys)
            if (CircleFrom(room, [], done) is { Count: > 0 } circle)
                return circle;
        return [];
    }

    private List<string> CircleFrom(string room, List<string> path, HashSet<string> done)
    {
        if (path.IndexOf(room) is >= 0 and var start)
            return [.. path[start..], room];
        if (done.Contains(room))
            return [];
        foreach (var other in Uses[room])
            if (CircleFrom(other, [.. path, room], done) is { Count: > 0 } circle)
                return circle;
        done.Add(room);
        return [];
    }

    private static string RoomOf(string file) => file.Contains('/') ? file[..file.IndexOf('/')] : "";

    private static string Name(TypeReference type) => type.Name.Split('`')[0];

    private static bool IsOurs(TypeReference type)
        => (type.Namespace is "Microsoft.ML.LogitNorm" or "Microsoft.ML" or "System.Runtime.CompilerServices")
            && !type.Name.Contains('<')
            && type.Name is not ("IsUnmanagedAttribute" or "NullableAttribute" or "NullableContextAttribute" or "RefSafetyRulesAttribute");

    private string? Find(TypeReference? type)
    {
        while (type is TypeSpecification specification)
            type = specification.ElementType;
        while (type?.DeclaringType is { } outer)
            type = outer;
        return type is not null && type.Scope is ModuleDefinition or null && IsOurs(type!) ? _roomOf.GetValueOrDefault(Name(type!)) : null;
    }

    private static IEnumerable<TypeDefinition> All(TypeDefinition type) => type.NestedTypes.SelectMany(All).Prepend(type);

    private static IEnumerable<TypeReference> References(TypeDefinition type) => new TypeReference?[] { type.BaseType }
        .Concat(type.Interfaces.Select(each => each.InterfaceType))
        .Concat(type.Fields.Select(field => field.FieldType))
        .Concat(type.CustomAttributes.SelectMany(References))
        .Concat(type.Methods.SelectMany(References))
        .OfType<TypeReference>()
        .SelectMany(WithArguments);

    private static IEnumerable<TypeReference?> References(CustomAttribute attribute)
        => attribute.ConstructorArguments.Select(argument => argument.Value as TypeReference).Prepend(attribute.AttributeType);

    private static IEnumerable<TypeReference?> References(MethodDefinition method) => method.Parameters.Select(parameter => parameter.ParameterType)
        .Prepend(method.ReturnType)
        .Concat(method.CustomAttributes.SelectMany(References))
        .Concat(method.HasBody ? method.Body.Variables.Select(variable => variable.VariableType).Concat(method.Body.Instructions.SelectMany(References)) : []);

    private static IEnumerable<TypeReference?> References(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        MethodReference called =>
        [
            called.DeclaringType, called.ReturnType, .. called.Parameters.Select(parameter => parameter.ParameterType),
            .. (called as GenericInstanceMethod)?.GenericArguments ?? [],
        ],
        _ => [],
    };

    private static IEnumerable<TypeReference> WithArguments(TypeReference type)
        => type is GenericInstanceType generic
            ? generic.GenericArguments.SelectMany(WithArguments).Prepend(type)
            : type is TypeSpecification specification ? WithArguments(specification.ElementType) : [type];
}
