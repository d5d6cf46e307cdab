// Threads whose call stacks are known: each waits in a way of its own. An argument N adds N threads
// that never stop computing.
using System.Runtime.InteropServices;

namespace Portside.TestApps.Stacks;

internal static unsafe class Program
{
    private static readonly object Gate = new();

    private static void Main(string[] args)
    {
        lock (Gate)
        {
            Start("planted-lock", () => Locked.WaitForGate(Gate));
            Action nap = () => Sleeper.Nap(-1);
            Start("planted-sleep", nap);
            Start("planted-twin", nap);
            Start("planted-poll", () => Native.Wait(-1));
            Start("planted-deep", () => Deep.Down(5000));
            Start("planted-generic", static () =>
            {
                int count = 0;
                new Box<string>.Inner().Hold<int>("x", [1], ref count, new Dictionary<string, int[]>(), null!, 'c');
            });
            var pending = Asynchronous.RunAsync();
            for (int i = 0; args.Length > 0 && i < int.Parse(args[0]); i++)
                Start($"planted-burn{i}", Burner.Burn);
            Console.WriteLine($"stacks: module {typeof(Program).Module.ModuleVersionId}");
            Console.WriteLine($"stacks: started, pid {Environment.ProcessId}, runtime {Environment.Version}");
            pending.Wait();
        }
    }

    private static void Start(string name, Action run) =>
        new Thread(() => run()) { Name = name, IsBackground = true }.Start();
}

internal static class Locked
{
    public static void WaitForGate(object gate)
    {
        lock (gate)
            Console.WriteLine("stacks: the gate is open");
    }
}

internal static class Sleeper
{
    public static void Nap(int ms) => Thread.Sleep(ms);
}

internal static class Native
{
    [DllImport("libc", EntryPoint = "poll")]
    private static extern int Poll(IntPtr descriptors, nuint count, int timeout);

    public static void Wait(int ms) => _ = Poll(0, 0, ms);
}

internal static class Deep
{
    public static int Down(int left)
    {
        if (left == 0)
            Thread.Sleep(-1);
        return left == 0 ? 0 : Down(left - 1) + 1;
    }
}

internal static class Box<T> where T : notnull
{
    public sealed class Inner
    {
        public unsafe void Hold<U>(T first, U[] second, ref int count, Dictionary<T, U[]> map, int* pointer, char c)
            where U : struct
        {
            Func<int, int> wait = static n => { Thread.Sleep(n); return n; };
            count = wait(-1);
        }
    }
}

internal static class Asynchronous
{
    public static async Task RunAsync()
    {
        await Task.Yield();
        new ManualResetEvent(false).WaitOne();
    }
}

internal static class Burner
{
    public static long Sum;

    public static void Burn()
    {
        for (long i = 0; ; i++)
            Sum += i;
    }
}
