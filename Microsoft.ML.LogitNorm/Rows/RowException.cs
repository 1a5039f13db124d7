namespace Microsoft.ML.LogitNorm;

/// <summary>A row that cannot be read or computed.</summary>
/// <remarks>
/// It has no inner exception, so that it is itself the base exception of whatever ML.NET wraps it in; <see cref="ToString"/> shows what caused it.
/// </remarks>
/// <param name="row">The row's number.</param>
/// <param name="message">What is wrong, naming the row.</param>
/// <param name="cause">The error of an upstream column, if it is one; its message is part of <paramref name="message"/>.</param>
internal sealed class RowException(long row, string message, Exception? cause = null) : InvalidOperationException(message), IRowError
{
    private string _text = "";

    public long? Row => row;

    public bool IsDescribed => _text.Length > 0;

    public override string Message => base.Message + _text;

    public void Describe(string text) => _text = text;

    public override string ToString() => cause is null ? base.ToString() : $"{base.ToString()}{Environment.NewLine} ---> {cause}";
}
