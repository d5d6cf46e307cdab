// Throws what is asked for: at once in Main, all kinds on SIGUSR1, many on SIGUSR2. An argument N is
// how many a second SIGUSR2 throws.
using System.Runtime.InteropServices;
using Portside.TestApps.Exceptions;

Quietly(() => throw new PlantedException("the first thing that Main does"));

int rate = args.Length > 0 ? int.Parse(args[0]) : 10000, sets = 0;
using var plant = PosixSignalRegistration.Create((PosixSignal)10, context =>
{
    context.Cancel = true;
    OnThread(() => { Planted.All(); Console.WriteLine($"exceptions: set {++sets} planted"); });
});
using var burst = PosixSignalRegistration.Create((PosixSignal)12, context =>
{
    context.Cancel = true;
    OnThread(() => Console.WriteLine($"exceptions: burst {Burst.Run(rate)}"));
});
Console.WriteLine($"exceptions: started, pid {Environment.ProcessId}, runtime {Environment.Version}");
Thread.Sleep(-1);

static void Quietly(Action action)
{
    try { action(); } catch (Exception) { }
}

static void OnThread(Action action) => new Thread(() => action()) { IsBackground = true }.Start();
