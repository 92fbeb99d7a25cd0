// Package depot is a peer in Go: a client of the depot, and a server of it.
package depot

//go:generate buf generate
