/// What callers and nodes must compute alike, byte for byte: the text that an agent signs and the names of headers.
package hanse.wire;
