using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm.Tests.Native;

/// <summary>
/// Torch's global generators belong to the application: neither a training nor a model that is loaded draws from them. Here the compiled code is read.
/// </summary>
[TestFixture]
public sealed class GlobalGeneratorTests
{
    [Test]
    public void Library_DrawsFromGeneratorsOfItsOwn()
        => Assert.That(GlobalDraws.In(typeof(NetworkRandom).Assembly.Location), Is.Empty, "Give it a generator, or take a layer of our own.");

    [TestCase(nameof(Careless.Layer), "::Linear")]
    [TestCase(nameof(Careless.Convolution), "::Conv2d")]
    [TestCase(nameof(Careless.DropoutLayer), "::Dropout")]
    [TestCase(nameof(Careless.Mask), "::dropout")]
    [TestCase(nameof(Careless.Noise), "::randn")]
    [TestCase(nameof(Careless.NoiseLike), "::rand_like")]
    [TestCase(nameof(Careless.Order), "::randperm")]
    [TestCase(nameof(Careless.Number), "::randint")]
    [TestCase(nameof(Careless.Normal), "::normal_")]
    [TestCase(nameof(Careless.Uniform), "::uniform_")]
    [TestCase(nameof(Careless.Coins), "::bernoulli")]
    [TestCase(nameof(Careless.Initial), "::kaiming_uniform_")]
    [TestCase(nameof(Careless.Seed), "::manual_seed")]
    public void CarelessCode_IsFound(string method, string called)
        => Assert.That(Found(nameof(Careless)), Has.Some.Contains($".{method} calls").And.Contain(called));

    [Test]
    public void CarefulCode_IsNotFound() => Assert.That(Found(nameof(Careful)), Is.Empty);

    private static IEnumerable<string> Found(string type)
        => GlobalDraws.In(typeof(Careless).Assembly.Location, name => name.EndsWith(type, StringComparison.Ordinal));

#pragma warning disable CA1812 // Read, not run.
    private static class Careless
    {
        public static Tensor Layer(Tensor x) => Linear(3, 4).call(x);

        public static Tensor Convolution(Tensor x) => Conv2d(3, 4, 3).call(x);

        public static Tensor DropoutLayer(Tensor x) => Dropout(0.5).call(x);

        public static Tensor Mask(Tensor x) => functional.dropout(x, 0.5);

        public static Tensor Noise(int count) => randn([count], dtype: float32);

        public static Tensor NoiseLike(Tensor x) => rand_like(x);

        public static Tensor Order(int count) => randperm(count);

        public static Tensor Number(int below) => randint(0, below, [1], dtype: int32);

        public static Tensor Normal(Tensor x) => x.normal_(0, 1);

        public static Tensor Uniform(Tensor x) => x.uniform_(0, 1);

        public static Tensor Coins(Tensor x) => x.bernoulli();

        public static Tensor Initial(Tensor x) => init.kaiming_uniform_(x);

        public static Generator Seed() => manual_seed(1);
    }

    private static class Careful
    {
        public static Tensor Noise(int count, Generator generator) => randn([count, count + 1], dtype: float32, device: CPU, generator: generator);

        public static Tensor Order(int count, Generator generator) => randperm(count, dtype: int64, generator: generator);

        public static Tensor Number(int below, Generator generator) => randint(0, below, [1], dtype: int32, generator: generator);

        public static Tensor Normal(Tensor x, Generator generator) => x.normal_(0, Math.Sqrt(2.0 / x.shape[0]), generator);

        public static Generator Seed() => new Generator(1, CPU).manual_seed(2);
    }
}
