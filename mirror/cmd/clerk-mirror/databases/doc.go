// Package databases holds the tests of package clerkmirror against real databases. They are here because the module of that
// package depends on no driver.
package databases
