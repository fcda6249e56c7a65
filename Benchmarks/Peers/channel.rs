//! The channels of Rust's standard library, which are crossbeam's: `std::sync::mpsc` and
//! `std::sync::mpmc` share one implementation, taken over from the crate crossbeam-channel. It
//! differs from the crate in that a thread that has to wait sleeps at once and does not spin first.
//!
//!     RUSTC_BOOTSTRAP=1 rustc -O --edition 2021 --crate-type cdylib -o libchannel.so channel.rs
//!
//! Only `mpmc` lets two threads receive, and it is not stable yet; hence the variable.
#![feature(mpmc_channel)]

use std::collections::BTreeMap;
use std::ffi::c_long;
use std::hint::black_box;
use std::sync::mpmc::{channel, sync_channel, Receiver, Sender};
use std::sync::{Mutex, PoisonError};

struct Channel {
    sender: Sender<c_long>,
    receiver: Receiver<c_long>,
}

/// The channels by capacity; they live as long as the process.
static CHANNELS: Mutex<BTreeMap<c_long, &'static Channel>> = Mutex::new(BTreeMap::new());

/// The channel for `capacity` numbers: 0 means that a sender waits for a receiver, and less than 0
/// that there is no limit.
fn channel_for(capacity: c_long) -> &'static Channel {
    let mut channels = CHANNELS.lock().unwrap_or_else(PoisonError::into_inner);
    channels.entry(capacity).or_insert_with(|| {
        let (sender, receiver) = match usize::try_from(capacity) {
            Ok(capacity) => sync_channel(capacity),
            Err(_) => channel(),
        };
        Box::leak(Box::new(Channel { sender, receiver }))
    })
}

/// Sends `count` numbers.
#[unsafe(no_mangle)]
pub extern "C" fn channel_put(capacity: c_long, count: c_long) {
    let channel = channel_for(capacity);
    for number in 0..count {
        channel.sender.send(number).expect("the receiver lives as long as the process");
    }
}

/// Receives `count` numbers.
#[unsafe(no_mangle)]
pub extern "C" fn channel_take(capacity: c_long, count: c_long) {
    let channel = channel_for(capacity);
    let mut sum: c_long = 0;
    for _ in 0..count {
        let number = channel.receiver.recv().expect("the sender lives as long as the process");
        sum = sum.wrapping_add(number);
    }
    black_box(sum);
}
