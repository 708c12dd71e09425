"""The pages and hooks that readers and providers meet."""
