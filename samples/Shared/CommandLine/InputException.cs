namespace Shared.CommandLine;

/// <summary>Something that the user gave cannot be used; the message says what and how to fix it, and is shown without a stack trace.</summary>
public class InputException(string message, Exception? inner = null) : Exception(message, inner);
