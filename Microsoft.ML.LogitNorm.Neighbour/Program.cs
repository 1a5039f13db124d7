using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.TorchSharp;
using Microsoft.ML.TorchSharp.AutoFormerV2;
using Microsoft.ML.TorchSharp.NasBert.Models;
using TorchSharp;
using static TorchSharp.torch;

// Predicts with a model of this library, tries the networks of Microsoft.ML.TorchSharp, and predicts again; then prints which of that package's methods do not
// find what they call in this TorchSharp. Arguments: the model, a file of image paths.
var (modelPath, rowsPath) = (args[0], args[1]);
var ml = new MLContext();
var model = ml.Model.Load(modelPath, out _);
using var engine = ml.Model.CreatePredictionEngine<Photo, Verdict>(model);
var rows = File.ReadLines(rowsPath).Select(path => new Photo { ImagePath = path }).ToArray();
foreach (var row in rows)
    Console.WriteLine(engine.Predict(row));
Console.WriteLine($"text: {Try(EmbedText)}");
Console.WriteLine($"object detection: {Try(DetectObjects)}");
foreach (var row in rows)
    Console.WriteLine(engine.Predict(row));
foreach (var method in Methods().Where(method => !Binds(method)))
    Console.WriteLine($"does not bind: {method.DeclaringType!.Name}.{method.Name}");
Console.WriteLine($"methods: {Methods().Count()}");

// The network of TextClassification, SentenceSimilarity and NamedEntityRecognition, small and with weights of its own: theirs are downloaded.
static Tensor EmbedText()
    => new NasBertEncoder(paddingIdx: 1, vocabSize: 20, maxSeqLen: 16, embedSize: 64, arches: [9, 9, 9, 9], numEncoderLayers: 4)
        .call(tensor(new long[] { 0, 5, 7, 9, 2, 0, 8, 2, 1, 1 }).reshape(2, 5));

static Tensor DetectObjects() => new AutoFormerV2(3, [64, 128, 256, 448], [2, 2, 6, 2], [2, 4, 8, 14], CPU).forward(zeros(1, 3, 64, 64)).Item1;

static string Try(Func<Tensor> compute)
{
    using var scope = NewDisposeScope();
    try
    {
        return $"[{string.Join(", ", compute().shape)}]";
    }
    catch (Exception e) when (e is InvalidOperationException or MissingMethodException)
    {
        return $"{e.GetType().Name}: {e.Message}";
    }
}

static IEnumerable<MethodBase> Methods()
    => typeof(TorchSharpCatalog).Assembly.GetTypes()
        .SelectMany(type => type.GetMembers(
            BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static))
        .OfType<MethodBase>().Where(method => method.GetMethodBody() is not null);

// Compiling a method looks up all that it calls.
static bool Binds(MethodBase method)
{
    Type[] arguments = [.. method.DeclaringType!.GetGenericArguments(), .. method.IsGenericMethod ? method.GetGenericArguments() : []];
    try
    {
        RuntimeHelpers.PrepareMethod(method.MethodHandle, [.. arguments.Select(Argument)]);
        return true;
    }
    catch (MissingMethodException)
    {
        return false;
    }

    // Any that the parameter allows.
    static RuntimeTypeHandle Argument(Type parameter)
        => (parameter.GenericParameterAttributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint) ? typeof(int) : typeof(object)).TypeHandle;
}
