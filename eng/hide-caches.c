// Makes a process believe that it runs on an AMD processor which hides the sizes of its caches: answers CPUID by itself. See hide-caches.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum { ARCH_SET_CPUID = 0x1012, FAULT = 0, ALLOW = 1 };   // asm/prctl.h
enum { EBX_AMD = 0x68747541, EDX_AMD = 0x69746e65, ECX_AMD = 0x444d4163 };   // "AuthenticAMD"

static int (*set_action)(int, const struct sigaction *, struct sigaction *);
static struct sigaction runtime_action;   // the .NET runtime's, for faults that are not ours
static int in_place;

static long let_cpuid(int how) { return syscall(SYS_arch_prctl, ARCH_SET_CPUID, how); }

static void on_fault(int signal, siginfo_t *info, void *context) {
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    const unsigned char *instruction = (const unsigned char *)registers[REG_RIP];
    if (info->si_code == SI_KERNEL && instruction[0] == 0x0f && instruction[1] == 0xa2) {
        uint32_t leaf = registers[REG_RAX], subleaf = registers[REG_RCX], a = leaf, b, c = subleaf, d;
        let_cpuid(ALLOW);
        __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
        let_cpuid(FAULT);
        switch (leaf) {
        case 0: b = EBX_AMD, c = ECX_AMD, d = EDX_AMD; break;
        case 4: case 0x8000001d: a = b = c = d = 0; break;                 // caches: Intel's leaf and AMD's
        case 7: d &= subleaf == 0 ? ~(0xfu << 22) : ~0u; break;            // no AMX, no AVX512-FP16
        case 0x80000000: a = 0x80000021, b = EBX_AMD, c = ECX_AMD, d = EDX_AMD; break;
        case 0x80000001: c &= ~(1u << 22); break;                          // no topology extensions
        }
        registers[REG_RAX] = a, registers[REG_RBX] = b, registers[REG_RCX] = c, registers[REG_RDX] = d;
        registers[REG_RIP] += 2;
        return;
    }
    if (runtime_action.sa_flags & SA_SIGINFO)
        runtime_action.sa_sigaction(signal, info, context);
    else
        abort();
}

// The runtime sets a handler of its own for the same signal.
int sigaction(int number, const struct sigaction *wanted, struct sigaction *old) {
    if (!set_action)
        set_action = dlsym(RTLD_NEXT, "sigaction");
    if (number != SIGSEGV || !in_place)
        return set_action(number, wanted, old);
    if (old)
        *old = runtime_action;
    if (wanted)
        runtime_action = *wanted;
    return 0;
}

__attribute__((constructor)) static void start(void) {
    struct sigaction action = { .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
    action.sa_sigaction = on_fault;
    sigaction(SIGSEGV, &action, &runtime_action);
    in_place = 1;
    if (let_cpuid(FAULT) != 0) {
        perror("hide-caches: this processor cannot hand CPUID over");
        exit(2);
    }
}
