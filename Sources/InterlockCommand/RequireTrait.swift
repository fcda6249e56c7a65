// Without the trait nothing that needs ArgumentParser is compiled, so that this is the only error.
#if !Command
#error(
  """
  The command `interlock` needs the trait `Command`, which is enabled unless a build disables it. \
  Build without --disable-default-traits, or only what you need: --target Interlock.
  """
)
#endif
