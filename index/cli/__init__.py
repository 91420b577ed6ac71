"""The commands of `python -m index`, each group in a module: its options, and how the parts are put together for it."""
