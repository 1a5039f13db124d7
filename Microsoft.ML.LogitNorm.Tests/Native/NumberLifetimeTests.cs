using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Native;

/// <summary>
/// No number that libtorch reads may be collected meanwhile: see <see cref="TensorArithmetic"/>.
/// Here the compiled code is read; <see cref="BusyProcessTests"/> runs it.
/// </summary>
[TestFixture]
public sealed class NumberLifetimeTests
{
    [Test]
    public void Library_HoldsEveryNumber()
        => Assert.That(
            TorchCalls.NotHeld(typeof(TensorArithmetic).Assembly.Location), Is.Empty, "Use TensorArithmetic, or \"using var number = x.ToScalar();\".");

    [TestCase(nameof(Careless.Operator), "op_Multiply")]
    [TestCase(nameof(Careless.Argument), "op_Implicit")]
    [TestCase(nameof(Careless.Sum), "op_Addition")]
    [TestCase(nameof(Careless.Square), "square")]
    [TestCase(nameof(Careless.Range), "arange")]
    [TestCase(nameof(Careless.Norm), "BatchNorm2d")]
    [TestCase(nameof(Careless.Optimizer), "SGD")]
    [TestCase(nameof(Careless.Explicit), "ToScalar")]
    [TestCase(nameof(Careless.Kept), "ToScalar")]
    [TestCase(nameof(Careless.Read), "ToDouble")]
    [TestCase(nameof(Careless.Element), "ToScalar")]
    [TestCase(nameof(Careless.ReadByType), "ToSingle")]
    public void CarelessCode_IsFound(string method, string called)
        => Assert.That(
            TorchCalls.NotHeld(typeof(Careless).Assembly.Location, type => type.EndsWith(nameof(Careless), StringComparison.Ordinal)),
            Has.Some.Contain($".{method} calls").And.Contain(called));

    [Test]
    public void CarefulCode_IsNotFound()
        => Assert.That(TorchCalls.NotHeld(typeof(Careful).Assembly.Location, type => type.EndsWith(nameof(Careful), StringComparison.Ordinal)), Is.Empty);

#pragma warning disable CA1812 // Read, not run.
    private static class Careless
    {
        public static Tensor Operator(Tensor x) => x * 2.5;

        public static Tensor Argument(Tensor x) => x.clamp_min(1);

        public static Tensor Sum(Tensor x) => x + x;

        public static Tensor Square(Tensor x) => x.square();

        public static Tensor Range(int count) => arange(count);

        public static Tensor Norm(Tensor x) => nn.BatchNorm2d(3).call(x);

        public static object Optimizer(TorchSharp.Modules.Parameter[] parameters) => optim.SGD(parameters, 0.1);

        public static Tensor Explicit(Tensor x) => x.mul(2.5.ToScalar());

        public static Tensor Kept(Tensor x)
        {
            var number = 2.5.ToScalar();
            return x.mul(number);
        }

        public static double Read(Tensor x) => x.ToDouble();

        public static Tensor Element(Tensor x) => x.mul(x[0].ToScalar());

        public static float ReadByType(Tensor x) => x.ToSingle();
    }

    private static class Careful
    {
        private static readonly Scalar _two = 2.ToScalar();

        public static Tensor Static(Tensor x) => x.mul(_two);

        public static Tensor Using(Tensor x)
        {
            using var number = 2.5.ToScalar();
            return x.mul(number);
        }

        public static Tensor Element(Tensor x)
        {
            using var number = x[0].ToScalar();
            return x.mul(number);
        }

        public static float Read(Tensor x) => x.item<float>();
    }
}
