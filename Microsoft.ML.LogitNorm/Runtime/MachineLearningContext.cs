using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>What ML.NET keeps to itself about the environment that a catalog belongs to.</summary>
internal static class MachineLearningContext
{
    public static IHostEnvironment Environment(TrainCatalogBase.CatalogInstantiatorBase trainers) => trainers.GetEnvironment();

    public static IHostEnvironment Environment(TransformsCatalog transforms) => transforms.GetEnvironment();

    public static IHostEnvironment Environment(TrainCatalogBase catalog) => catalog.GetEnvironment();

    /// <summary>The seed given to the <see cref="MLContext"/>, if any.</summary>
    public static int? Seed(IHostEnvironment env) => ((IHostEnvironmentInternal)env).Seed;

    /// <summary>A channel whose messages reach <see cref="MLContext.Log"/>.</summary>
    public static IChannel Channel(IHostEnvironment env, string name) => env.Register("LogitNorm").Start(name);
}
