namespace WebApp.Engines;

/// <summary>A file is no model that this program can serve. The message says what is wrong and what to do.</summary>
internal sealed class ModelException(string message, Exception? inner = null) : Exception(message, inner);
