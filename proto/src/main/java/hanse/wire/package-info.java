/// What callers and nodes must compute alike, byte for byte: the texts that an agent signs and the names of headers.
package hanse.wire;
