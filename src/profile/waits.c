#include "src/profile/waits.h"

#include <stddef.h>
#include <string.h>

/* Beginnings of names. GC.Collect is not here: it works, although in native code. */
static const char *const waiting[] = {
    "Interop+", /* calls into native libraries: read, poll, futex... */
    "Interop.",
    "Microsoft.Win32.SafeHandles.",
    "System.Net.Sockets.SocketAsyncEngine.EventLoop",
    "System.Threading.LowLevelLifoSemaphore.Wait",
    "System.Threading.LowLevelLock.Wait",
    "System.Threading.LowLevelMonitor.Wait",
    "System.Threading.LowLevelSpinWaiter.Wait",
    "System.Threading.Monitor.Enter",
    "System.Threading.Monitor.ObjWait",
    "System.Threading.Monitor.ReliableEnter",
    "System.Threading.Monitor.TryEnter",
    "System.Threading.Monitor.Wait",
    "System.Threading.PortableThreadPool+WorkerThread.WorkerThreadStart",
    "System.Threading.Thread.Join",
    "System.Threading.Thread.Sleep",
    "System.Threading.Thread.Yield",
    "System.Threading.WaitHandle.",
    "System.Threading.WaitSubsystem",
};

bool method_waits(const char *name)
{
    for (size_t i = 0; i < sizeof waiting / sizeof waiting[0]; i++) {
        if (strncmp(name, waiting[i], strlen(waiting[i])) == 0)
            return true;
    }
    return false;
}
