"""The subcommands of `pilcrow`, a module each, loaded when asked for."""
