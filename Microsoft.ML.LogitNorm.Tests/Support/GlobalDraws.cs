using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;
using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Reads compiled code for calls of TorchSharp that draw from torch's global generators, or seed them: they belong to the application.</summary>
internal static partial class GlobalDraws
{
    private const string Generator = "TorchSharp.torch/Generator";

    /// <summary>What can be given a generator, by name, as some of its overloads cannot.</summary>
    private static readonly Lazy<HashSet<string>> _drawing = new(() =>
    {
        using var torchSharp = ModuleDefinition.ReadModule(typeof(torch).Assembly.Location);
        return [.. TorchCalls.TypesOf(torchSharp.Types)
            .SelectMany(type => type.Methods).Where(method => !method.IsConstructor && GeneratorAt(method) >= 0).Select(method => method.Name)];
    });

    /// <summary>Each place in an assembly that draws, with what it calls.</summary>
    /// <param name="path">The assembly's file.</param>
    /// <param name="types">Which of its types to read; null for all.</param>
    public static IEnumerable<string> In(string path, Func<string, bool>? types = null)
    {
        using var module = ModuleDefinition.ReadModule(path);
        return [.. TorchCalls.TypesOf(module.Types)
            .Where(type => types?.Invoke(type.FullName) ?? true)
            .SelectMany(type => type.Methods).Where(method => method.HasBody)
            .SelectMany(method => method.Body.Instructions
                .Where(instruction => instruction.Operand is MethodReference called && Draws(instruction, called))
                .Select(instruction => $"{method.DeclaringType.FullName}.{method.Name} calls {instruction.Operand}"))];
    }

    // Weights, masks and noise that come from the global generators alone; the initial weights of layers; and the global seed.
    [GeneratedRegex("^((manual_)?seed|set_rng_state|gumbel_softmax|rrelu_?|fractional_max_pool.*|(trunc_)?normal_|uniform_|"
        + "orthogonal_|sparse_|kaiming_.*|xavier_.*|rand.*|.*dropout.*)$")]
    private static partial Regex WithoutGenerator();

    [GeneratedRegex("^(Linear|Bilinear|Conv.*|Embedding.*|RNN.*|LSTM.*|GRU.*|MultiheadAttention|Transformer.*|.*Dropout.*|RReLU|FractionalMaxPool.*)$")]
    private static partial Regex DrawingLayers();

    private static bool Draws(Instruction call, MethodReference called)
    {
        if (called.DeclaringType.Scope.Name != "TorchSharp" || called.DeclaringType.FullName == Generator)
            return false;
        if (called.Name == ".ctor" && DrawingLayers().IsMatch(called.DeclaringType.Name))
            return true;
        if (called.DeclaringType.FullName == "TorchSharp.torch/nn" && DrawingLayers().IsMatch(called.Name))
            return true;
        return GeneratorAt(called) is >= 0 and var at
            ? Argument(call, called.Parameters.Count - 1 - at).OpCode == OpCodes.Ldnull
            : _drawing.Value.Contains(called.Name) || WithoutGenerator().IsMatch(called.Name);
    }

    private static int GeneratorAt(MethodReference method)
        => method.Parameters.Select(parameter => parameter.ParameterType.FullName).ToList().IndexOf(Generator);

    /// <summary>The last instruction of an argument: the one after which so many values were put on the stack until the call.</summary>
    private static Instruction Argument(Instruction call, int later)
    {
        var instruction = call.Previous;
        for (var left = later; left > 0; instruction = instruction.Previous)
            left += Pops(instruction) - Pushes(instruction);
        return instruction;
    }

    private static int Pops(Instruction instruction) => (instruction.OpCode.StackBehaviourPop, instruction.Operand) switch
    {
        (StackBehaviour.Varpop, MethodReference called) => called.Parameters.Count + (called.HasThis && instruction.OpCode != OpCodes.Newobj ? 1 : 0),
        (StackBehaviour.Pop0, _) => 0,
        (StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref, _) => 1,
        (StackBehaviour.Popref_popi_popi or StackBehaviour.Popref_popi_popi8 or StackBehaviour.Popref_popi_popr4 or StackBehaviour.Popref_popi_popr8
            or StackBehaviour.Popref_popi_popref or StackBehaviour.Popi_popi_popi, _) => 3,
        _ => 2,
    };

    private static int Pushes(Instruction instruction) => (instruction.OpCode.StackBehaviourPush, instruction.Operand) switch
    {
        (StackBehaviour.Varpush, MethodReference called) => called.ReturnType.FullName == "System.Void" ? 0 : 1,
        (StackBehaviour.Push0, _) => 0,
        (StackBehaviour.Push1_push1, _) => 2,
        _ => 1,
    };
}
