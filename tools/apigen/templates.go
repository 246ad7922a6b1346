package main

import _ "embed"

// wireHelpers is the fixed part of the generated tests. It is kept as a file of
// its own so that it reads as Go.
//
//go:embed templates/wire.go.txt
var wireHelpers string
