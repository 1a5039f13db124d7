using Mono.Cecil;
using Mono.Cecil.Cil;
using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Reads compiled code for calls that hand a number to libtorch without holding it: see <see cref="TensorArithmetic"/>.</summary>
internal static class TorchCalls
{
    private static readonly ModuleDefinition _torchSharp = ModuleDefinition.ReadModule(typeof(torch).Assembly.Location);
    private static readonly Lazy<HashSet<string>> _inside = new(FindInside);

    /// <summary>
    /// TorchSharp's methods that make a number inside, by themselves or in what they call,
    /// and the constructors of its modules and optimizers that do so when they run.
    /// </summary>
    public static IReadOnlySet<string> Inside => _inside.Value;

    /// <summary>Each place in an assembly that does not hold a number, with what it calls.</summary>
    /// <param name="path">The assembly's file.</param>
    /// <param name="types">Which of its types to read; null for all.</param>
    public static IEnumerable<string> NotHeld(string path, Func<string, bool>? types = null)
    {
        using var module = ModuleDefinition.ReadModule(path);
        return [.. TypesOf(module.Types)
            .Where(type => types?.Invoke(type.FullName) ?? true)
            .SelectMany(type => type.Methods).Where(method => method.HasBody)
            .SelectMany(method => NotHeld(method).Select(call => $"{method.DeclaringType.FullName}.{method.Name} calls {call}"))];
    }

    private static IEnumerable<string> NotHeld(MethodDefinition method)
    {
        foreach (var instruction in method.Body.Instructions)
        {
            if (instruction.Operand is not MethodReference called)
                continue;
            if (IsExplicit(called))
            {
                if (!IsHeld(method, instruction.Next))
                    yield return $"{called.FullName} and keeps the number neither in a static field nor in a variable that it disposes of";
            }
            else if (IsImplicit(called) || Inside.Contains(called.GetElementMethod().FullName))
                yield return called.FullName;
        }
    }

    // "using var number = x.ToScalar();" stores it, and disposes of it after its last use; a static field keeps it for good.
    private static bool IsHeld(MethodDefinition method, Instruction store) => store.OpCode == OpCodes.Stsfld
        || (Variable(method, store, stores: true) is { } variable && method.Body.Instructions.Any(instruction
            => instruction.Operand is MethodReference { Name: nameof(IDisposable.Dispose) }
                && Variable(method, instruction.Previous, stores: false) == variable));

    private static VariableDefinition? Variable(MethodDefinition method, Instruction instruction, bool stores)
    {
        var name = instruction.OpCode.Name;
        if (!name.StartsWith(stores ? "stloc" : "ldloc", StringComparison.Ordinal))
            return null;
        return instruction.Operand as VariableDefinition ?? method.Body.Variables[name[^1] - '0'];
    }

    private static HashSet<string> FindInside()
    {
        var methods = TypesOf(_torchSharp.Types)
            .Where(type => type.Name is not ("Scalar" or "ScalarExtensionMethods"))
            .SelectMany(type => type.Methods)
            .Where(method => method.HasBody)
            .ToArray();
        var callers = methods.SelectMany(method => Calls(method).Select(called => (Called: called.GetElementMethod().FullName, Caller: method)))
            .ToLookup(call => call.Called, call => call.Caller);
        var found = new HashSet<string>();
        var left = new Queue<MethodDefinition>(methods.Where(method => Calls(method).Any(called => IsImplicit(called) || IsExplicit(called))));
        while (left.TryDequeue(out var method))
        {
            if (!found.Add(method.FullName))
                continue;
            foreach (var caller in callers[method.FullName])
                left.Enqueue(caller);
            if (method.Name is "forward" or "step")   // called later, by an object of this type or one derived from it
                foreach (var constructor in methods.Where(
                        other => other is { IsConstructor: true, IsStatic: false } && IsA(other.DeclaringType, method.DeclaringType)))
                    left.Enqueue(constructor);
        }
        return found;
    }

    private static bool IsA(TypeDefinition type, TypeDefinition ancestor)
    {
        for (var current = type; current is not null; current = current.BaseType is TypeDefinition parent ? parent : null)
            if (current == ancestor)
                return true;
        return false;
    }

    private static IEnumerable<MethodReference> Calls(MethodDefinition method)
        => method.Body.Instructions.Select(instruction => instruction.Operand).OfType<MethodReference>();

    private static bool IsImplicit(MethodReference called) => called.Name == "op_Implicit" && IsScalar(called.ReturnType);

    // Also of a tensor's element: ToDouble() and others read one that they make themselves.
    private static bool IsExplicit(MethodReference called)
        => !IsImplicit(called) && IsScalar(called.Name == ".ctor" ? called.DeclaringType : called.ReturnType);

    private static bool IsScalar(TypeReference type) => type.FullName == typeof(Scalar).FullName;

    /// <summary>Types and those nested in them.</summary>
    public static IEnumerable<TypeDefinition> TypesOf(IEnumerable<TypeDefinition> types) => types.SelectMany(type => TypesOf(type.NestedTypes).Prepend(type));
}
