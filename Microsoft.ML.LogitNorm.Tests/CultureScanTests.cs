using System.Reflection;
using System.Text;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Names, messages and files are the same in every culture: the compiled code has no call that looks at the current one.</summary>
public sealed class CultureScanTests
{
    // Integers without a format look the same in every culture but for the minus sign; what the library counts and writes is not negative.
    private static readonly HashSet<Type> _cultural = [typeof(double), typeof(float), typeof(decimal), typeof(Half), typeof(DateTime), typeof(DateTimeOffset)];

    private static readonly HashSet<string> _ofText = ["ToUpper", "ToLower", "StartsWith", "EndsWith", "IndexOf", "LastIndexOf", "Compare", "CompareTo"];

    private static readonly HashSet<string> _sorting =
    [
        "Order", "OrderDescending", "OrderBy", "OrderByDescending", "ThenBy", "ThenByDescending", "Sort", "Min", "Max", "MinBy", "MaxBy",
    ];

    [Test]
    public void Library_Code_NeverAsksForTheCurrentCulture()
    {
        var calls = CalledMethods.In(typeof(OodScore).Assembly)
            .Where(call => call.Caller.Name != "PrintMembers")   // the compiler's, of records; what prints is RecordText, CultureTests has it
            .ToArray();
        Assert.That(calls, Has.Length.GreaterThan(1000));
        Assert.That(string.Join('\n', Cultural(calls).Select(Text).Distinct().Order(StringComparer.Ordinal)), Is.Empty);
    }

    [Test]
    public void Scan_CodeThatLooksAtTheCulture_FindsEach()
    {
        var found = Cultural([.. CalledMethods.In(typeof(CultureScanTests).Assembly).Where(call => call.Caller.DeclaringType == typeof(Samples))])
            .Select(call => call.Caller.Name)
            .Distinct();
        Assert.That(
            found,
            Is.EquivalentTo(typeof(Samples)
                .GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Select(method => method.Name)
                .Where(name => name[0] != '_')));
    }

    private static IEnumerable<CalledMethods.Call> Cultural(IEnumerable<CalledMethods.Call> calls)
    {
        // An interpolated text knows its culture from where it is begun, which stands before its parts.
        var withProvider = false;
        foreach (var call in calls)
            if (IsHandler(call.Method) && call.Method is ConstructorInfo)
                withProvider = call.Method.GetParameters().Any(parameter => parameter.ParameterType == typeof(IFormatProvider));
            else if (LooksAtTheCulture(call) && !(IsHandler(call.Method) && withProvider))
                yield return call;
    }

    private static bool IsHandler(MethodBase method) => method.DeclaringType?.Name.EndsWith("InterpolatedStringHandler", StringComparison.Ordinal) == true;

    private static bool LooksAtTheCulture(CalledMethods.Call call)
    {
        var (method, type) = (call.Method, call.Method.DeclaringType);
        var parameters = method.GetParameters().Select(parameter => parameter.ParameterType).ToArray();
        if (parameters.Any(parameter => parameter == typeof(IFormatProvider) || parameter == typeof(StringComparison)))
            return false;
        // Of an interpolated text: a number or date, or anything with a format. A handler with a culture of its own is made with a provider.
        if (method.Name == "AppendFormatted" && IsHandler(method))
            return IsCultural(parameters[0]) || (parameters.Length > 1 && parameters.Contains(typeof(string)) && parameters[0] != typeof(Guid));
        if (method.Name == "ToString" && IsCultural(call.Of ?? type!))
            return true;
        if (method.Name == "ToString" && parameters.Length == 1 && typeof(IFormattable).IsAssignableFrom(type))
            return !type!.IsEnum && type != typeof(Guid);
        if (method.Name is "Parse" or "TryParse" && type is { IsPrimitive: true } && type != typeof(bool))
            return true;
        if (method.Name is "Append" or "AppendFormat" && type == typeof(StringBuilder))
            return method.Name == "AppendFormat" || IsCultural(parameters[0]);
        if (method.Name is "Join" or "AppendJoin" or "Concat" && type is not null && (type == typeof(string) || type == typeof(StringBuilder)))
            return method.IsGenericMethod && IsCultural(method.GetGenericArguments()[0]);
        if (method.Name == "Format" && type == typeof(string))
            return true;
        if (type == typeof(string) && _ofText.Contains(method.Name))
            return parameters is not [{ } only] || only != typeof(char);
        // Without a comparer, text is sorted by the current culture.
        return _sorting.Contains(method.Name) && method.IsGenericMethod && method.GetGenericArguments()[^1] == typeof(string)
            && !parameters.Any(parameter => parameter.Name.StartsWith("IComparer", StringComparison.Ordinal));
    }

    private static bool IsCultural(Type type) => type.IsGenericParameter || _cultural.Contains(Nullable.GetUnderlyingType(type) ?? type);

    private static string Text(CalledMethods.Call call)
        => $"{call.Caller.DeclaringType}.{call.Caller.Name} calls {call.Method.DeclaringType?.Name}.{call.Method}";

    /// <summary>What the scan must find; names with an underscore are what it must not.</summary>
    private static class Samples
    {
        public static string Interpolation(double value) => $"a {value}";

        public static string InterpolationOfMaybe(float? value) => $"a {value}";

        public static string InterpolationOfAnything<T>(T value) => $"a {value}";

        public static string InterpolationWithFormat(int value) => $"a {value:N0}";

        public static string Formatting(double value) => value.ToString("F2");

        public static string Plain(double value) => value.ToString();

        public static string Appending(StringBuilder builder, double value) => builder.Append(value).ToString();

        public static string Joining(IEnumerable<float> values) => string.Join(", ", values);

        public static bool Parsing(string text) => double.TryParse(text, out _);

        public static bool Prefix(string text) => text.StartsWith("Å");

        public static string Upper(string text) => text.ToUpper();

        public static IEnumerable<string> Sorting(IEnumerable<string> texts) => texts.Order();

        public static string _Invariant(double value) => FormattableString.Invariant($"a {value:F2}");

        public static string _Provider(double value) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"a {value:F2}");

        public static string _Whole(int value) => $"a {value} {value.ToString("N0", System.Globalization.CultureInfo.InvariantCulture)}";

        public static IEnumerable<string> _Ordinal(IEnumerable<string> texts) => texts.Order(StringComparer.Ordinal);
    }
}
