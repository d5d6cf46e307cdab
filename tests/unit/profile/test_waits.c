#include "src/profile/waits.h"
#include "tests/support/check.h"

static void test_names(void)
{
    static const struct {
        const char *name;
        bool waits;
    } rows[] = {
        {"System.Threading.Monitor.Wait(class System.Object,int32)", true},
        {"System.Threading.LowLevelLifoSemaphore.WaitNative(class X)", true},
        {"System.Threading.WaitHandle.WaitOneNoCheck(int32)", true},
        {"Interop+Sys.Read(class X,unsigned int8*,int32)", true},
        {"App.Load.Burn(int32)", false},
        {"System.GC.Collect()", false},
        {"System.Threading.Monitor.Exit(class System.Object)", false},
        {"System.Threading.MonitorX.Wait()", false},
        {"", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_AT(rows[i].name, method_waits(rows[i].name) == rows[i].waits);
}

TEST_SUITE("profile/waits", {"names", test_names})
