//! Netlink sockets: one that is told of changes, and one to ask.

use std::io;
use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{
    AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, bind, recv, sendto,
    socket_with,
};
use tokio::io::unix::AsyncFd;

/// `NETLINK_ROUTE`, which is 0: the protocol a netlink socket has if it names none.
const ROUTE: Option<Protocol> = None;

/// Multicast groups of `linux/rtnetlink.h`: links, addresses and routes of either family. A link
/// that loses its carrier changes no route, only what its routes are worth.
const GROUPS: u32 = LINK | IPV4_ADDRESS | IPV4_ROUTE | IPV6_ADDRESS | IPV6_ROUTE;
const LINK: u32 = 0x1;
const IPV4_ADDRESS: u32 = 0x10;
const IPV4_ROUTE: u32 = 0x40;
const IPV6_ADDRESS: u32 = 0x100;
const IPV6_ROUTE: u32 = 0x400;

/// Room for the head of a notice; the rest of it is of no interest.
const NOTICE_BYTES: usize = 16;

/// Notices thrown away at one time. What is left over then is a reason for another look.
const FORGOTTEN_AT_ONCE: usize = 4096;

/// Where the kernel tells that something changed.
pub struct Notices(Socket);

/// A conversation with the kernel.
pub struct Socket(AsyncFd<OwnedFd>);

impl Notices {
    /// Listens from here on.
    ///
    /// # Errors
    /// What the system says, where netlink is forbidden or not there.
    pub fn open() -> io::Result<Self> {
        Socket::open(GROUPS).map(Self)
    }

    /// Waits until something changes, or may have: a notice for which there was no room counts.
    /// One that was told stays until it is [forgotten](Self::forget).
    pub async fn wait(&self) {
        // The reactor of this thread does not end before it.
        let _ = self.0.0.readable().await;
    }

    /// Throws away what was told so far.
    pub fn forget(&self) {
        for _ in 0..FORGOTTEN_AT_ONCE {
            let read = |fd: &OwnedFd| match recv(fd, &mut [0; NOTICE_BYTES], RecvFlags::DONTWAIT) {
                Ok(_) | Err(Errno::NOBUFS | Errno::INTR) => Ok(()),
                Err(error) => Err(error.into()),
            };
            if self
                .0
                .0
                .try_io(tokio::io::Interest::READABLE, read)
                .is_err()
            {
                return;
            }
        }
    }
}

impl Socket {
    /// A socket that is told nothing but answers.
    ///
    /// # Errors
    /// What the system says, where netlink is forbidden or not there.
    pub fn quiet() -> io::Result<Self> {
        Self::open(0)
    }

    fn open(groups: u32) -> io::Result<Self> {
        let socket = socket_with(
            AddressFamily::NETLINK,
            SocketType::RAW,
            SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
            ROUTE,
        )?;
        bind(&socket, &SocketAddrNetlink::new(0, groups))?;
        #[expect(
            deprecated,
            reason = "its replacement is unsafe, for types that change their descriptor; this one does not"
        )]
        let socket = AsyncFd::new(socket)?;
        Ok(Self(socket))
    }

    /// Asks the kernel.
    ///
    /// # Errors
    /// What the system says.
    pub fn send(&self, request: &[u8]) -> io::Result<()> {
        let kernel = SocketAddrNetlink::new(0, 0);
        sendto(self.0.get_ref(), request, SendFlags::empty(), &kernel)?;
        Ok(())
    }

    /// Reads a part of an answer; says how many bytes it has.
    ///
    /// # Errors
    /// What the system says.
    pub async fn receive(&self, room: &mut [u8]) -> io::Result<usize> {
        let read = self
            .0
            .async_io(tokio::io::Interest::READABLE, |fd| {
                let (_, length) = recv(fd, &mut *room, RecvFlags::DONTWAIT)?;
                Ok(length)
            })
            .await?;
        Ok(read)
    }
}
