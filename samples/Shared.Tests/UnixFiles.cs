using System.Runtime.InteropServices;

namespace Shared.Tests;

/// <summary>Files that only Unix has, and a thread without root's right to read everything.</summary>
public static class UnixFiles
{
    private const uint Nobody = 65534;
    private const string Why = "Windows has no pipes among its files, and links there take a privilege.";

    /// <summary>Skips a test where there are none.</summary>
    public static void Require()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore(Why);
    }

    /// <summary>Makes a pipe, which blocks whoever opens it to read.</summary>
    public static void MakePipe(string path) => Assert.That(mkfifo(path, 0x1a4), Is.Zero, $"mkfifo {path}: error {Marshal.GetLastPInvokeError()}");

    /// <summary>Opens a folder to all.</summary>
    public static void Open(string path) => SetMode(path, (UnixFileMode)0x1ff);

    /// <summary>Closes a folder to all but root.</summary>
    public static void Close(string path) => SetMode(path, UnixFileMode.None);

    /// <summary>
    /// Does something on a thread for which permissions count, also where the tests run as root. What it reads must be open to all, and so must
    /// the folders above.
    /// </summary>
    /// <param name="act">Starts no threads: they would have as few rights, for as long as they live.</param>
    public static T AsNobody<T>(Func<T> act)
    {
        if (!Environment.IsPrivilegedProcess)
            return act();
        if (!OperatingSystem.IsLinux())
            Assert.Ignore("Only on Linux can a thread of root's do without its rights.");
        var result = new TaskCompletionSource<T>();
        // The identity for file access is each thread's own; this one ends with it.
        var thread = new Thread(() =>
        {
            try
            {
                setfsuid(Nobody);
                result.SetResult(act());
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        });
        thread.Start();
        return result.Task.GetAwaiter().GetResult();
    }

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int mkfifo([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mode);

    [DllImport("libc")]
    private static extern int setfsuid(uint user);
}
