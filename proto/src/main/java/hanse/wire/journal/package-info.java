/// A registry's journal as its receipts show it: what is hashed, how hashes chain, and the text of a checkpoint.
/// Pure: no I/O, no clock. Described in ARCHITECTURE.md, Journal.
package hanse.wire.journal;
