//! The command on a terminal of its own.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use crate::stage::{Home, PATIENCE, eventually};

/// A command whose standard streams are a terminal, and the person before it.
pub struct Terminal {
    keyboard: File,
    screen: Arc<Mutex<String>>,
    child: Child,
}

impl Home {
    /// Starts the command on a terminal of 100 columns, with which Ctrl-C is a signal.
    pub fn on_terminal(&self, arguments: &[&str]) -> Terminal {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
        let master = openpt(flags).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let size = Winsize {
            ws_row: 30,
            ws_col: 100,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&master, size).unwrap();
        let slave = ioctl_tiocgptpeer(&master, flags).unwrap();

        let wanted = self.command(arguments);
        let mut command = Command::new("/usr/bin/setsid");
        command.arg("--ctty").arg(wanted.get_program());
        command.args(wanted.get_args()).env_clear();
        for (name, value) in wanted.get_envs() {
            command.env(name, value.unwrap());
        }
        let stream = || Stdio::from(slave.try_clone().unwrap());
        let child = command
            .env("TERM", "xterm")
            .stdin(stream())
            .stdout(stream())
            .stderr(stream())
            .spawn()
            .unwrap();

        let screen = Arc::new(Mutex::new(String::new()));
        watch(master.try_clone().unwrap(), Arc::clone(&screen));
        Terminal {
            keyboard: File::from(master),
            screen,
            child,
        }
    }
}

impl Terminal {
    /// Presses keys.
    pub fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Presses keys once the command edits the line itself. The kernel shows what is typed
    /// before, and no longer takes Ctrl-D for the end when the editor begins.
    pub fn edits(&mut self, keys: &str) {
        eventually("it edits the line", || !self.is_cooked());
        self.types(keys);
    }

    /// Waits until a text has been written.
    pub fn shows(&self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.seen().contains(text) {
            assert!(
                Instant::now() < deadline,
                "{text:?} is not shown: {:?}",
                self.seen()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Everything written so far, without colours and movements.
    pub fn seen(&self) -> String {
        let raw = self.screen.lock().unwrap().clone();
        anstream::adapter::strip_str(&raw).to_string()
    }

    /// Waits for its end and gives its exit status.
    pub fn ended(&mut self) -> Option<i32> {
        let mut status = None;
        eventually("the command on the terminal ends", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap().code()
    }

    /// Whether typed lines are edited by the kernel, as a shell leaves and wants it.
    pub fn is_cooked(&self) -> bool {
        let modes = tcgetattr(&self.keyboard).unwrap();
        modes
            .local_modes
            .contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
    }

    /// Sends the command a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn watch(master: OwnedFd, screen: Arc<Mutex<String>>) {
    let mut master = File::from(master);
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        // The kernel ends a terminal that nobody has open any more with an error.
        while let Ok(count @ 1..) = master.read(&mut buffer) {
            bytes.extend_from_slice(&buffer[..count]);
            *screen.lock().unwrap() = String::from_utf8_lossy(&bytes).into_owned();
        }
    });
}
