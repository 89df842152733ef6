//! The real SQLite store, one call at a time.
//!
//! SQLite works on threads of its own, which know nothing of virtual time. So each call is carried out to its end on another runtime
//! while the simulated world stands still: for the world a store call is one moment, and which call comes first is the dice's choice.

use std::future::Future;
use std::sync::Arc;

use strata_store::SqliteStore;
use tokio::runtime::Handle;

/// The store of one history.
pub struct Ledger {
    store: Arc<SqliteStore>,
    runtime: Handle,
}

impl Ledger {
    pub fn new(store: SqliteStore, runtime: Handle) -> Self {
        Self { store: Arc::new(store), runtime }
    }

    /// Carries out one call.
    pub fn call<T, F>(&self, call: impl FnOnce(Arc<SqliteStore>) -> F) -> T
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        carry_out(&self.runtime, call(Arc::clone(&self.store)))
    }
}

/// Carries out a future on another runtime, while this one stands still.
pub fn carry_out<T: Send + 'static>(runtime: &Handle, future: impl Future<Output = T> + Send + 'static) -> T {
    let (sender, receiver) = std::sync::mpsc::channel();
    runtime.spawn(async move {
        // Whoever asked waits below.
        let _ = sender.send(future.await);
    });
    receiver.recv().expect("the store's runtime ended before it answered")
}
