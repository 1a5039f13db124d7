namespace Microsoft.ML.LogitNorm;

/// <summary>An error about one row, whose message names it.</summary>
/// <remarks>
/// It has no inner exception, so that it is itself the base exception of whatever ML.NET wraps it in; <see cref="ToString"/> shows what caused it. The transformers of
/// a chain know it by its type, and do not each add the row again.
/// </remarks>
/// <param name="row">The row's number.</param>
/// <param name="message">What is wrong, naming the row.</param>
/// <param name="cause">The error of an upstream column, if it is one; its message is part of <paramref name="message"/>.</param>
internal sealed class RowException(long row, string message, Exception? cause = null) : InvalidOperationException(message)
{
    private string _text = "";

    /// <summary>The row's number.</summary>
    public long Row => row;

    /// <summary>Whether the message has what tells the row from others, such as the path of its file.</summary>
    public bool IsDescribed => _text.Length > 0;

    public override string Message => base.Message + _text;

    /// <summary>Adds what tells the row from others to the message; see <see cref="RowText"/>.</summary>
    public void Describe(string text) => _text = text;

    public override string ToString() => cause is null ? base.ToString() : $"{base.ToString()}{Environment.NewLine} ---> {cause}";
}
