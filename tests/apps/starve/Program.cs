// A thread pool in one of several conditions, until it is killed: the argument says which.
using System.Diagnostics;

namespace Portside.TestApps.Starve;

internal static class Program
{
    private static void Main(string[] args)
    {
        string mode = args.Length > 0 ? args[0] : "idle";

        ThreadPool.GetMinThreads(out _, out int minIo);
        ThreadPool.SetMinThreads(4, minIo);
        ThreadPool.SetMaxThreads(200, 200);
        switch (mode)
        {
            case "sync": Feed(40, 100, Orders.Handle); break;
            case "lock": Feed(10, 100, Ledger.Write); break;
            case "contend": Threads(4, Ledger.Write); break;
            case "cpu": Feed(20, 100, Primes.Count); break;
            case "healthy": Feed(5, 50, Orders.HandleAsync); break;
            default: mode = "idle"; break;
        }
        Console.WriteLine($"starve: {mode} started, pid {Environment.ProcessId}, runtime {Environment.Version}");
        Thread.Sleep(Timeout.Infinite);
    }

    // Gives the pool `count` items every `ms`, from a thread of its own.
    private static void Feed(int count, int ms, Action item)
    {
        Start("feeder", () =>
        {
            for (; ; Thread.Sleep(ms))
                for (int i = 0; i < count && ThreadPool.PendingWorkItemCount < 100000; i++)
                    ThreadPool.UnsafeQueueUserWorkItem(_ => item(), null);
        });
    }

    private static void Threads(int count, Action item)
    {
        for (int i = 0; i < count; i++)
            Start($"own{i}", () => { for (; ; ) item(); });
    }

    private static void Start(string name, Action run) =>
        new Thread(() => run()) { Name = name, IsBackground = true }.Start();
}

internal static class Orders
{
    // Sync over async: the continuation needs a thread of the pool, and they all wait here.
    public static void Handle() => LoadAsync().Wait();

    public static void HandleAsync() => _ = LoadAsync();

    private static async Task LoadAsync()
    {
        await Task.Delay(20);
        await Task.Delay(20);
    }
}

internal static class Ledger
{
    private static readonly object Gate = new();

    public static void Write()
    {
        lock (Gate)
            Thread.Sleep(20);
    }
}

internal static class Primes
{
    public static int Found;

    public static void Count()
    {
        var watch = Stopwatch.StartNew();
        for (int n = 3; watch.ElapsedMilliseconds < 100; n += 2)
            if (IsPrime(n))
                Found++;
    }

    private static bool IsPrime(int n)
    {
        for (int i = 3; i * i <= n; i += 2)
            if (n % i == 0)
                return false;
        return true;
    }
}
