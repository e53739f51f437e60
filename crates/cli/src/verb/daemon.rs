//! `imlink daemon`: what its help adds to the daemon's own flags.

/// For the end of `imlink daemon --help`.
pub const EXAMPLES: &str = "\
Examples:
  imlink daemon                 run in this terminal until Ctrl-C
  imlink daemon --check         say what the configuration comes to, and leave
  imlink daemon --log debug     see what it does
  systemctl --user enable --now imlinkd.socket
                                have systemd start it when an app first needs it

Exit status 3 says that another daemon is running, 2 that the configuration or a directory that it
names cannot be used.";
