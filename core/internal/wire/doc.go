// Package wire holds the generated tests of core: each calls an operation through the public client and checks what the
// operation puts on the wire and what it makes of the answer. There is no code in it but tests.
package wire
