using System.Runtime.InteropServices;

namespace Portside.TestApps.Exceptions;

public class PlantedException : Exception
{
    public PlantedException(string? message, Exception? inner = null) : base(message, inner) { }
}

public sealed class GenericException<T>(string message) : Exception(message);

public sealed class OwnMessageException : Exception
{
    public override string Message => "made by the property";
}

public static class Outer
{
    public sealed class NestedException : Exception
    {
        public NestedException(string message) : base(message) { }
    }
}

public static class Planted
{
    public static void All()
    {
        Catch(Quotes);
        Catch(Nothing);
        Catch(() => throw new PlantedException(""));
        Catch(() => throw new OwnMessageException());
        Catch(() => throw new PlantedException(new string('m', 30000) + "END"));
        Catch(() => throw new PlantedException(new string('n', 65536) + "END"));
        Catch(Hostile);
        Catch(WithInner);
        Catch(Rethrown);
        Catch(new Box<string>.Inner().Fail<int>);
        Catch(() => throw new Outer.NestedException("nested type"));
        Catch(() => int.Parse("no number"));
        Threads();
        Catch(() => FailAsync("async").GetAwaiter().GetResult());
    }

    private static void Catch(Action action)
    {
        try { action(); } catch (Exception) { }
    }

    public static void Quotes() => Thrower.Throw("with \"quotes\",\nnew\r\nlines, \t tabs and <tags> \\ é 漢 😀", 7);

    private static void Nothing() => throw new PlantedException(null);

    private static void Hostile() => throw new PlantedException("lone \ud800 surrogate, nul \0 and behind, \u001b[31m escape");

    private static void WithInner()
    {
        try { throw new InvalidOperationException("the inner one"); }
        catch (Exception e) { throw new PlantedException("the outer one", e); }
    }

    private static void Rethrown()
    {
        try { throw new PlantedException("thrown again"); }
        catch (PlantedException) { throw; }
    }

    private static void Threads()
    {
        var threads = Enumerable.Range(0, 3).Select(i => new Thread(() => Catch(() => throw new PlantedException($"on thread {i}")))).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
    }

    private static async Task FailAsync(string message)
    {
        await Task.Yield();
        throw new PlantedException(message);
    }
}

public static class Thrower
{
    public static void Throw(string message, int number) => throw new PlantedException(message);
}

public static class Box<T> where T : notnull
{
    public sealed class Inner
    {
        public void Fail<U>() where U : struct => throw new GenericException<List<int>>("generic");
    }
}

public static class Burst
{
    [StructLayout(LayoutKind.Sequential)]
    private struct Time { public long Seconds, Nanoseconds; }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int ClockGetTime(int clock, out Time time);

    // CPU time of this thread, which other programs do not change.
    private static double Seconds()
    {
        _ = ClockGetTime(3, out var time);
        return time.Seconds + time.Nanoseconds / 1e9;
    }

    // `rate` throws a second for three seconds, and work in the time that is left; then nothing but 100,000 throws.
    public static string Run(int rate)
    {
        const double length = 3;
        long work = 0, thrown = 0;
        double x = 1, begin = Seconds(), now = 0;
        for (; now < length; now = Seconds() - begin)
        {
            for (long due = (long)(rate * now); thrown < due; thrown++)
                One(8);
            for (int n = 0; n < 10; n++, work++)
                for (int i = 0; i < 100; i++)
                    x = Math.Sqrt(x + i);
        }
        begin = Seconds();
        for (int i = 0; i < 100000; i++)
            One(8);
        return $"thrown {thrown} work {work} ns {(Seconds() - begin) * 1e9 / 100000:0} ({x:0})";
    }

    private static void One(int depth)
    {
        try { Deep(depth); } catch (PlantedException) { }
    }

    private static void Deep(int depth)
    {
        if (depth == 0)
            throw new PlantedException("one of many");
        Deep(depth - 1);
    }
}
