using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Arithmetic of tensors with numbers, and the other operations that take one, whose native number lives until the call has returned.</summary>
/// <remarks>
/// TorchSharp makes a native <see cref="Scalar"/> of each number, which nothing holds while libtorch reads it: a garbage collection that another thread starts
/// meanwhile frees it (dotnet/TorchSharp, pull requests 1434 and 1496). Its operators on numbers do so, and inside also sums of tensors (a factor of 1),
/// <c>square</c>, <c>arange</c>, batch norms and optimizers. None of that may be called in this library: a test reads its compiled code.
/// Here <c>using</c> holds the number, and constants are held for good.
/// </remarks>
internal static class TensorArithmetic
{
    private static readonly Scalar _one = 1L.ToScalar(), _zero = 0L.ToScalar();

    /// <summary>0, 1, …, <paramref name="count"/> − 1.</summary>
    public static Tensor Range(long count, ScalarType dtype, Device? device = null)
        => With(count, stop => arange(_zero, stop, _one, dtype, device ?? CPU));

    /// <summary>x + y.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, _one);

    /// <summary>x + number.</summary>
    public static Tensor Plus(this Tensor x, double number) => With(number, scalar => x.add(scalar, _one));

    /// <summary>x + number, which keeps integers integers.</summary>
    public static Tensor Plus(this Tensor x, long number) => With(number, scalar => x.add(scalar, _one));

    /// <summary>x ← x + y.</summary>
    public static Tensor AddInPlace(this Tensor x, Tensor y) => x.add_(y, _one);

    /// <summary>x ← x + 1, of whatever type the elements are.</summary>
    public static Tensor Increment(this Tensor x) => x.add_(_one, _one);

    /// <summary>Adds rows of y to the rows of x that <paramref name="index"/> names, in place.</summary>
    public static Tensor AddRowsInPlace(this Tensor x, Tensor index, Tensor y) => x.index_add_(0, index, y, _one);

    /// <summary>x − number.</summary>
    public static Tensor Minus(this Tensor x, double number) => With(number, scalar => x.sub(scalar));

    /// <summary>number · x.</summary>
    public static Tensor Times(this Tensor x, double number) => With(number, x.mul);

    /// <summary>number · x, which keeps integers integers.</summary>
    public static Tensor Times(this Tensor x, long number) => With(number, x.mul);

    /// <summary>x / number.</summary>
    public static Tensor Over(this Tensor x, double number) => With(number, scalar => x.div(scalar));

    /// <summary>x².</summary>
    public static Tensor Squared(this Tensor x) => x.mul(x);

    /// <summary>x to a power.</summary>
    public static Tensor ToPower(this Tensor x, double exponent) => With(exponent, x.pow);

    /// <summary>max(x, least).</summary>
    public static Tensor AtLeast(this Tensor x, double least) => With(least, x.clamp_min);

    /// <summary>max(x, least), which keeps integers integers.</summary>
    public static Tensor AtLeast(this Tensor x, long least) => With(least, x.clamp_min);

    /// <summary>min(x, most).</summary>
    public static Tensor AtMost(this Tensor x, double most) => With(most, x.clamp_max);

    /// <summary>x, cut off at both ends.</summary>
    public static Tensor Within(this Tensor x, double least, double most)
    {
        using Scalar low = least.ToScalar(), high = most.ToScalar();
        return x.clamp(low, high);
    }

    /// <inheritdoc cref="Within(Tensor, double, double)"/>
    public static Tensor Within(this Tensor x, long least, long most)
    {
        using Scalar low = least.ToScalar(), high = most.ToScalar();
        return x.clamp(low, high);
    }

    /// <summary>Where x is above 0.</summary>
    public static Tensor IsPositive(this Tensor x) => x.gt(_zero);

    /// <summary>Where x is at least 0.</summary>
    public static Tensor IsNotNegative(this Tensor x) => x.ge(_zero);

    /// <summary>Where x is below a number.</summary>
    public static Tensor IsBelow(this Tensor x, long number) => With(number, x.lt);

    /// <summary>Where x is at most a number.</summary>
    public static Tensor IsAtMost(this Tensor x, double number) => With(number, x.le);

    /// <summary>x where the mask is false, and the number where it is true.</summary>
    public static Tensor Filled(this Tensor x, Tensor mask, double number) => With(number, scalar => x.masked_fill(mask, scalar));

    /// <summary>x + y ⊙ z.</summary>
    public static Tensor PlusProduct(this Tensor x, Tensor y, Tensor z) => x.addcmul(y, z, _one);

    private static Tensor With(double number, Func<Scalar, Tensor> operation)
    {
        using var scalar = number.ToScalar();
        return operation(scalar);
    }

    private static Tensor With(long number, Func<Scalar, Tensor> operation)
    {
        using var scalar = number.ToScalar();
        return operation(scalar);
    }
}
