// From one stack to another: what a function must leave as it found it stays on the stack that is left.
//
//   void interlock_fiber_switch(void **left, void *entered)
//
// Stores where the left stack ended in `*left`, and returns from the call that left `entered`. A stack
// that was prepared by `interlock_fiber_arm` "returns" to `interlock_fiber_start`, which calls
// `interlock_fiber_main` with the fiber. No frame is above that one, and unwinders are told so.
//
// Not kept: the control words of the floating point units, which functions may not change for good either.

#if defined(__x86_64__)

    .text
    .globl interlock_fiber_switch
    .hidden interlock_fiber_switch
    .type interlock_fiber_switch,@function
    .p2align 4
interlock_fiber_switch:
    .cfi_startproc
    endbr64
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    pushq %r12
    .cfi_adjust_cfa_offset 8
    pushq %r13
    .cfi_adjust_cfa_offset 8
    pushq %r14
    .cfi_adjust_cfa_offset 8
    pushq %r15
    .cfi_adjust_cfa_offset 8
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    .cfi_adjust_cfa_offset -8
    popq %r14
    .cfi_adjust_cfa_offset -8
    popq %r13
    .cfi_adjust_cfa_offset -8
    popq %r12
    .cfi_adjust_cfa_offset -8
    popq %rbx
    .cfi_adjust_cfa_offset -8
    popq %rbp
    .cfi_adjust_cfa_offset -8
    // Not `ret`: the CPU would predict that it goes back to where this call came from.
    popq %rcx
    .cfi_adjust_cfa_offset -8
    notrack jmp *%rcx
    .cfi_endproc
    .size interlock_fiber_switch, . - interlock_fiber_switch

    .globl interlock_fiber_start
    .hidden interlock_fiber_start
    .type interlock_fiber_start,@function
    .p2align 4
interlock_fiber_start:
    .cfi_startproc
    .cfi_undefined rip
    .cfi_undefined rbp
    endbr64
    xorl %ebp, %ebp
    movq %rbx, %rdi
    call interlock_fiber_main
    ud2
    .cfi_endproc
    .size interlock_fiber_start, . - interlock_fiber_start

#elif defined(__aarch64__)

    .text
    .globl interlock_fiber_switch
    .hidden interlock_fiber_switch
    .type interlock_fiber_switch,%function
    .p2align 4
interlock_fiber_switch:
    .cfi_startproc
    hint #34  // bti c
    sub sp, sp, #160
    .cfi_def_cfa_offset 160
    stp x19, x20, [sp, #0]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8,  d9,  [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp, #0]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8,  d9,  [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    .cfi_def_cfa_offset 0
    ret
    .cfi_endproc
    .size interlock_fiber_switch, . - interlock_fiber_switch

    .globl interlock_fiber_start
    .hidden interlock_fiber_start
    .type interlock_fiber_start,%function
    .p2align 4
interlock_fiber_start:
    .cfi_startproc
    .cfi_undefined x30
    .cfi_undefined x29
    hint #36  // bti j
    mov x29, xzr
    mov x30, xzr
    mov x0, x19
    bl interlock_fiber_main
    brk #1
    .cfi_endproc
    .size interlock_fiber_start, . - interlock_fiber_start

#else
#error "fibers need a context switch for this architecture"
#endif

    .section .note.GNU-stack,"",%progbits
