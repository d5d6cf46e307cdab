using System.Diagnostics;

namespace Portside.TestApps.Web;

// One element of the linked list that /objects builds: found by its type name in a heap dump.
sealed class ListNode
{
    public ListNode? Next;
    public int Index;
    public string Label = "";
}

static class Memory
{
    const int ArraySize = 1 << 20;

    static readonly List<byte[]> Arrays = new();
    static readonly List<ListNode> Lists = new();

    // Keeps `mb` mebibytes alive; half-random contents, so that they neither compress to nothing nor
    // resist compression altogether.
    public static string Keep(int mb)
    {
        var random = new Random(42);
        for (int i = 0; i < mb; i++)
        {
            var array = new byte[ArraySize];
            random.NextBytes(array.AsSpan(0, ArraySize / 2));
            lock (Arrays)
                Arrays.Add(array);
        }
        lock (Arrays)
            return $"alive: {Arrays.Count} MB";
    }

    public static string KeepNodes(int n)
    {
        ListNode? head = null;
        for (int i = 0; i < n; i++)
            head = new ListNode { Next = head, Index = i, Label = i % 10 == 0 ? $"node {i}" : "" };
        lock (Lists)
            if (head != null)
                Lists.Add(head);
        return $"objects: {n}";
    }

    public static string Free()
    {
        lock (Arrays)
            Arrays.Clear();
        lock (Lists)
            Lists.Clear();
        GC.Collect();
        return "freed";
    }
}

static class Failures
{
    public static string CatchOne()
    {
        try
        {
            Outer("caught");
        }
        catch (InvalidOperationException e)
        {
            return $"caught {e.GetType().Name}";
        }
        return "nothing thrown";
    }

    public static void Outer(string message) => Inner(message);

    static void Inner(string message) =>
        throw new InvalidOperationException(message, new ArgumentException("the inner exception"));
}

static class Load
{
    public static string Burn(int ms)
    {
        var watch = Stopwatch.StartNew();
        double x = 1;
        while (watch.ElapsedMilliseconds < ms)
            for (int i = 0; i < 1000; i++)
                x = Math.Sqrt(x + i);
        return $"burnt {ms} ms ({x:0.0})";
    }

    // Blocks `n` thread pool threads for `ms` each, so that queued work has to wait.
    public static string Starve(int n, int ms)
    {
        for (int i = 0; i < n; i++)
            ThreadPool.QueueUserWorkItem(_ => Thread.Sleep(ms));
        return $"queued {n}";
    }
}

static class Logs
{
    public static string Write(ILogger logger, string? level, int n)
    {
        if (!Enum.TryParse<LogLevel>(level ?? "Information", true, out var parsed))
            return $"unknown level {level}";
        using (logger.BeginScope("Order {OrderId}", 42))
        using (logger.BeginScope(new Dictionary<string, object> { ["tenant"] = "contoso" }))
            for (int i = 0; i < n; i++)
                WriteOne(logger, parsed, i);
        return $"logged {n} {parsed}";
    }

    static void WriteOne(ILogger logger, LogLevel level, int i)
    {
        var id = new EventId(7, "Processed");
        if (level < LogLevel.Error)
            logger.Log(level, id, "Processed {Item} number {Index} in {Elapsed:0.00} ms", "widget", i, 12.345);
        else
            logger.Log(level, id, new InvalidOperationException("boom"), "Failed {Item} number {Index}", "gadget", i);
    }
}
