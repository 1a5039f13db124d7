using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>What the methods of an assembly call, read from their compiled code.</summary>
internal static class CalledMethods
{
    private const BindingFlags Declared
        = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> _opCodes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>A call.</summary>
    /// <param name="Caller">The method whose code it stands in.</param>
    /// <param name="Method">The method that is called.</param>
    /// <param name="Of">The value type that a virtual method, such as <see cref="object.ToString"/>, is called of; null for others.</param>
    public sealed record Call(MethodBase Caller, MethodBase Method, Type? Of);

    /// <summary>All calls in an assembly's code, nested types and lambdas included.</summary>
    public static IEnumerable<Call> In(Assembly assembly)
        => assembly.GetTypes()
            .SelectMany(type => type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared)))
            .SelectMany(In);

    private static IEnumerable<Call> In(MethodBase caller)
    {
        var code = caller.GetMethodBody()?.GetILAsByteArray() ?? [];
        Type[] typeArguments = caller.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : [];
        Type[] methodArguments = caller.IsGenericMethod ? caller.GetGenericArguments() : [];
        Type? constrained = null;
        for (var at = 0; at < code.Length;)
        {
            var value = code[at] == 0xFE ? unchecked((short)(0xFE00 | code[at + 1])) : code[at];
            var opCode = _opCodes[value];
            at += opCode.Size;
            if (opCode == OpCodes.Constrained)
                constrained = caller.Module.ResolveType(Token(), typeArguments, methodArguments);
            else if (opCode.OperandType == OperandType.InlineMethod)
            {
                yield return new(caller, caller.Module.ResolveMethod(Token(), typeArguments, methodArguments)!, constrained);
                constrained = null;
            }
            at += opCode.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * Token()),
                _ => 4,
            };

            int Token() => BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at));
        }
    }
}
